/** More travellers of Sternfahrt, and namesakes who are taken for each other. */
import type { SeedCustomer } from "./shape.ts";

export const sternfahrtGuests: readonly SeedCustomer[] = [
  {
    id: "SF-50702",
    first: "محمد",
    last: "الفاسي",
    channels: { email: "m.elfassi@example.org", whatsapp: "+212000000093", telephone: "+33199001388" },
    custom: { railcard: "Comet 50", nights_on_board: 29, step_free: false, meal: "halal" },
    events: [
      [
        "2026-06-22 20:20",
        "booking",
        "SJ7V9",
        "Booking SJ7V9: ferry Sète–Tanger, 18 July, 2 adults, 3 children, van",
      ],
      ["2026-06-22 20:22", "payment", "71990", "€ 1,340.00 received in the first of 3 instalments"],
      [
        "2026-07-17 13:00",
        "disruption",
        "D-0717",
        "Sailing of 18 July leaves at 23:30 instead of 19:00: engine check",
      ],
      ["2026-07-18 20:44", "checkin", "SJ7V9", "SJ7V9 checked in at Sète, lane 3"],
    ],
  },
  {
    id: "SF-50703",
    first: "فاطمة",
    last: "الفاسي",
    channels: { email: "f.elfassi@example.org" },
    custom: { railcard: "none", nights_on_board: 29, meal: "halal" },
  },
  {
    id: "SF-50744",
    first: "דוד",
    last: "כהן",
    channels: { email: "david.cohen@example.com", telephone: "+972000000051" },
    custom: {
      railcard: "none",
      nights_on_board: 7,
      step_free: false,
      passport_expires: "2029-12-24",
      meal: "kosher",
    },
    events: [
      [
        "2026-04-14 07:15",
        "booking",
        "TS5F1",
        "Booking TS5F1: ferry Haifa–Limassol, 10 September, cabin for two",
      ],
    ],
  },
  {
    id: "SF-50745",
    first: "שרה",
    last: "כהן",
    channels: { email: "sara.cohen@example.com", livechat: "guest-sara-c" },
    custom: { railcard: "none", nights_on_board: 7, meal: "kosher" },
  },
  {
    id: "SF-50790",
    first: "Анастасия",
    last: "Иванова",
    channels: { email: "anastasia.ivanova@example.net" },
    custom: { railcard: "Comet 25", nights_on_board: 9, step_free: false, meal: "standard" },
    events: [["2026-05-06 15:15", "booking", "RD9X4", "Booking RD9X4: night train Warszawa–Wien, 20 June"]],
  },
  {
    id: "SF-50791",
    first: "Анастасія",
    last: "Іваненко",
    channels: { email: "a.ivanenko@example.net", telephone: "+380000000082" },
    custom: { railcard: "none", nights_on_board: 3, step_free: false, meal: "vegetarian" },
    events: [
      [
        "2026-10-20 10:45",
        "booking",
        "UY3M8",
        "Booking UY3M8: night train Kraków–Praha, 28 November, 1 couchette",
      ],
    ],
  },
  {
    id: "SF-50820",
    first: "Νίκος",
    last: "Αντωνίου",
    channels: { email: "nikos.antoniou@example.org", telephone: "+300000000065" },
    custom: { railcard: "Comet 25", nights_on_board: 33, step_free: false, meal: "standard" },
    events: [
      [
        "2026-07-10 05:55",
        "booking",
        "SV1Q7",
        "Booking SV1Q7: ferry Piräus–Iraklio, 14 August, deck, motorcycle",
      ],
    ],
  },
  {
    id: "SF-50866",
    first: "राहुल",
    last: "वर्मा",
    channels: { email: "rahul.verma@example.com", whatsapp: "+910000000088", twitter: "rahul_on_rails" },
    custom: {
      railcard: "Comet 25",
      nights_on_board: 11,
      step_free: false,
      passport_expires: "2027-04-09",
      meal: "vegetarian",
    },
    events: [
      [
        "2026-03-11 18:12",
        "booking",
        "TF6Z2",
        "Booking TF6Z2: night train Zürich–Amsterdam, 25 April, 2 cabins",
      ],
      ["2026-03-18 12:00", "delivery", "SFP-210", "Rail pass SFP-210 posted to Pune by registered mail"],
    ],
  },
  {
    id: "SF-50901",
    first: "สมชาย",
    last: "ใจดี",
    channels: { email: "somchai.jaidee@example.org", facebook: "somchai.train.club" },
    custom: { railcard: "none", nights_on_board: 5, step_free: false, meal: "standard" },
    events: [
      [
        "2026-09-02 03:03",
        "booking",
        "UA7S5",
        "Booking UA7S5: group of 14, night train Hamburg–Stockholm, 10 December",
      ],
    ],
  },
  {
    id: "SF-50930",
    first: "அனிதா",
    last: "குமார்",
    channels: { email: "anitha.kumar@example.net", telephone: "+442079460188" },
    custom: {
      railcard: "Comet 50",
      nights_on_board: 24,
      step_free: true,
      meal: "vegan",
      good_to_know: "Mother travels along, 81, walks with a frame",
    },
    events: [
      [
        "2026-08-25 16:50",
        "booking",
        "TZ4E9",
        "Booking TZ4E9: night train London–Inverness, 3 October, step-free cabin",
      ],
    ],
  },
  {
    id: "SF-50944",
    first: "সুমাইয়া",
    last: "রহমান",
    channels: { email: "sumaiya.rahman@example.com", sms: "+447700900187" },
    custom: { railcard: "Comet 25", nights_on_board: 8, meal: "halal" },
  },
  {
    id: "SF-50958",
    first: "ሰላም",
    last: "ተስፋዬ",
    channels: { email: "selam.tesfaye@example.org" },
    custom: { railcard: "none", nights_on_board: 1, step_free: false, meal: "vegan" },
    events: [["2026-10-27 09:21", "booking", "VA2K6", "Booking VA2K6: night train Roma–München, 6 December"]],
  },
  {
    id: "SF-50967",
    first: "Անի",
    last: "Հակոբյան",
    channels: { email: "ani.hakobyan@example.net", instagram: "ani.travels.slow" },
    custom: { railcard: "none", nights_on_board: 10, meal: "vegetarian" },
  },
  {
    id: "SF-50988",
    first: "João",
    last: "Gonçalves",
    channels: { email: "joao.goncalves@example.com", whatsapp: "+351000000044" },
    custom: { railcard: "Comet 25", nights_on_board: 19, step_free: false, meal: "standard" },
    events: [
      ["2026-02-09 22:14", "booking", "QT8Y1", "Booking QT8Y1: night train Lisboa–Madrid, 20 March"],
      [
        "2026-03-20 23:50",
        "disruption",
        "D-0320",
        "Night train of 20 March cancelled after a rock slide; coach to Badajoz",
      ],
    ],
  },
  {
    id: "SF-50989",
    first: "Beatriz",
    last: "Gonçalves",
    channels: { email: "beatriz.goncalves@example.com" },
    custom: { railcard: "none", nights_on_board: 19, meal: "vegetarian" },
  },
  {
    id: "SF-51020",
    first: "Jonathan",
    last: "Smith",
    channels: { email: "jonathan.smith@example.com", telephone: "+12025550117" },
    custom: {
      railcard: "none",
      nights_on_board: 3,
      step_free: false,
      passport_expires: "2026-12-15",
      meal: "standard",
    },
    events: [
      [
        "2026-09-29 19:26",
        "booking",
        "UN6D3",
        "Booking UN6D3: the Sunrise Journey, 12 December, 7 nights, 2 adults",
      ],
    ],
  },
  {
    id: "SF-51066",
    first: "Jonathon",
    last: "Smyth",
    channels: { email: "jonathon.smyth@example.com", telephone: "+12025550171" },
    custom: { railcard: "Comet 25", nights_on_board: 14, step_free: false, meal: "gluten-free" },
    events: [
      [
        "2026-10-06 14:41",
        "booking",
        "UR1W7",
        "Booking UR1W7: night train London–Edinburgh, 4 December, 1 adult",
      ],
    ],
  },
  {
    id: "SF-51101",
    first: "Kwame",
    last: "Mensah",
    channels: { email: "kwame.mensah@example.org", telephone: "+442079460133", livechat: "guest-kwame" },
    custom: {
      railcard: "Comet 50",
      nights_on_board: 52,
      step_free: false,
      passport_expires: "2033-01-19",
      meal: "halal",
    },
    events: [
      ["2026-01-19 07:07", "booking", "QB3N8", "Booking QB3N8: season pass for night trains, 20 nights"],
      ["2026-01-19 07:09", "payment", "70188", "£ 1,180.00 received by card"],
    ],
  },
  // Asked by Instagram for the price of a crossing, and has not booked: no primary id.
  {
    first: "Aroha",
    last: "Ngata",
    channels: { instagram: "aroha.goes.north", facebook: "aroha.ngata" },
    custom: { step_free: false },
  },
];
