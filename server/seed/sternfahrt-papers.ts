/** What travellers ask Sternfahrt about passes, passports and papers. */
import type { SeedTicket } from "./shape.ts";

export const sternfahrtPapers: readonly SeedTicket[] = [
  {
    at: "2026-10-21 08:55",
    channel: "email",
    contact: "a.ivanenko@example.net",
    name: "Анастасія Іваненко",
    title: "Мені надіслали чужий квиток",
    status: "solved",
    priority: "urgent",
    lines: [
      [
        "2026-10-21 08:55",
        "contact",
        "Добрий день, у вкладенні квиток на ім’я Анастасія Іванова, Варшава–Відень. Моє прізвище Іваненко, я їду з Кракова до Праги.",
      ],
      [
        "2026-10-21 09:20",
        "agent Tomás Prieto",
        "Добрий день, пані Анастасіє, перепрошуємо! Надсилаю ваш квиток UY3M8. Чужий, будь ласка, видаліть.",
      ],
      [
        "2026-10-21 09:24",
        "note Tomás Prieto",
        "Ivanova (SF-50790) and Ivanenko (SF-50791) mixed up by hand in the post room. Reported, file 26-11.",
      ],
      ["2026-10-21 10:02", "contact", "Отримала, видалила. Дякую за швидкість."],
    ],
  },
  {
    at: "2026-08-01 10:10",
    channel: "telephone",
    contact: "+300000000065",
    name: "Νίκος Αντωνίου",
    title: "Μοτοσικλέτα στο κατάστρωμα",
    status: "closed",
    direction: "outbound",
    lines: [
      [
        "2026-08-01 10:10",
        "note Deirdre Walsh",
        "Called because the licence plate was missing. IKH-0000 noted. He brings his own straps.",
      ],
    ],
  },
  {
    at: "2026-03-19 05:05",
    channel: "whatsapp",
    contact: "+910000000088",
    name: "Rahul",
    title: "रेल पास कब पहुँचेगा?",
    status: "closed",
    lines: [
      ["2026-03-19 05:05", "contact", "नमस्ते, मेरा रेल पास SFP-210 कब तक पुणे पहुँचेगा?"],
      ["2026-03-19 09:15", "agent Yuki Mori", "नमस्ते राहुल जी, पास कल भेज दिया गया है। लगभग दस दिन में पहुँच जाएगा।"],
      ["2026-03-30 07:40", "contact", "मिल गया! धन्यवाद।"],
    ],
  },
  {
    at: "2026-09-02 03:20",
    channel: "facebook",
    contact: "somchai.train.club",
    name: "สมชาย ใจดี",
    title: "กลุ่ม 14 คน ขอห้องติดกัน",
    status: "open",
    lines: [
      ["2026-09-02 03:20", "contact", "สวัสดีครับ กลุ่มเรามี 14 คน ขอห้องติดกันทั้งหมดได้ไหมครับ (UA7S5)"],
      [
        "2026-09-02 08:00",
        "agent Yuki Mori",
        "สวัสดีค่ะคุณสมชาย จัดให้ได้ 4 ห้องติดกันในตู้ที่ 5 ค่ะ รบกวนส่งรายชื่อภายในวันที่ 25 พฤศจิกายนนะคะ",
      ],
      ["2026-11-16 04:45", "contact", "ได้รายชื่อ 13 คนแล้วครับ คนที่ 14 จะแจ้งพรุ่งนี้"],
    ],
  },
  {
    at: "2026-08-26 12:00",
    channel: "telephone",
    contact: "+442079460188",
    name: "Anitha Kumar",
    title: "Walking frame in the step-free cabin",
    status: "closed",
    lines: [
      [
        "2026-08-26 12:00",
        "note Deirdre Walsh",
        "Mother is 81 and walks with a frame. Lower bed with a handrail, call button shown on boarding. Car 1, next to the attendant.",
      ],
      [
        "2026-08-26 12:20",
        "agent Deirdre Walsh",
        "Voicemail left: everything is arranged, the attendant is Mr Fraser and expects you both at 20:45.",
      ],
    ],
  },
  {
    at: "2026-07-08 13:31",
    channel: "instagram",
    contact: "ani.travels.slow",
    name: "Անի",
    title: "Կա՞ գիշերային գնացք",
    status: "pending",
    priority: "low",
    lines: [
      ["2026-07-08 13:31", "contact", "Բարև ձեզ։ Կա՞ գիշերային գնացք Վիեննայից Բուխարեստ օգոստոսին։"],
      [
        "2026-07-08 14:02",
        "agent Tomás Prieto",
        "Hello Ani! Every evening at 19:42 from Wien Hbf, from € 59. May I answer in English? My Armenian ends at “barev”.",
      ],
    ],
  },
  {
    at: "2026-11-19 18:48",
    channel: "instagram",
    contact: "aroha.goes.north",
    name: "Aroha",
    title: "Price for the Fjord Journey in June?",
    status: "new",
    lines: [
      [
        "2026-11-19 18:48",
        "contact",
        "Kia ora! What does the Fjord Journey cost for one in June 2027, and is there a share-a-cabin rate?",
      ],
    ],
  },
  {
    at: "2026-09-30 15:10",
    channel: "telephone",
    contact: "+12025550117",
    name: "Jonathan Smith",
    title: "Passport runs out three days after departure",
    status: "open",
    priority: "urgent",
    lines: [
      [
        "2026-09-30 15:10",
        "note Deirdre Walsh",
        "Travels on 12 December, passport ends on the 15th, back on the 19th. Told him: he needs a new one. Appointment on 20 October.",
      ],
      [
        "2026-10-20 17:00",
        "agent Deirdre Walsh",
        "Voicemail left: has the new passport been applied for? We need the number by 1 December.",
      ],
      ["2026-11-17 14:30", "note Deirdre Walsh", "Still no number. Try again on Monday."],
    ],
  },
  {
    at: "2026-10-07 09:44",
    channel: "email",
    contact: "jonathon.smyth@example.com",
    name: "Jonathon Smyth",
    title: "You called me about a passport?",
    status: "closed",
    lines: [
      [
        "2026-10-07 09:44",
        "contact",
        "Somebody left me a message about my passport. I am going to Edinburgh. I have no need of a passport for Edinburgh, yet.",
      ],
      [
        "2026-10-07 10:05",
        "agent Deirdre Walsh",
        "My mistake, Mr Smyth: that was for a Mr Smith with an a. Enjoy Edinburgh; no papers needed but the ticket.",
      ],
      [
        "2026-10-07 10:06",
        "note Deirdre Walsh",
        "Smith/Smyth, Jonathan/Jonathon. Compare the booking before dialling!",
      ],
    ],
  },
  {
    at: "2026-01-19 07:30",
    channel: "livechat",
    contact: "guest-kwame",
    name: "Kwame",
    title: "Does the pass count on Fridays?",
    status: "solved",
    priority: "low",
    lines: [
      ["2026-01-19 07:30", "contact", "Morning! Bought the pass (QB3N8). Fridays included?"],
      [
        "2026-01-19 07:32",
        "agent Tomás Prieto",
        "Morning Kwame! Every night of the week but 24 and 31 December.",
      ],
    ],
  },
  {
    at: "2026-05-02 11:00",
    channel: "sms",
    contact: "+447700900187",
    name: "Sumaiya",
    title: "Railcard renewed?",
    status: "closed",
    priority: "low",
    lines: [
      ["2026-05-02 11:00", "contact", "Hi, is my Comet 25 renewed? Sumaiya Rahman"],
      ["2026-05-02 11:07", "agent Deirdre Walsh", "Sternfahrt: yes, until 30 April 2027. Have a good trip!"],
    ],
  },
  // From an address that no customer has: a colleague asks for somebody else.
  {
    at: "2026-11-17 10:10",
    channel: "email",
    contact: "travel.desk@brightwater.example.com",
    name: "Brightwater travel desk",
    title: "Invoice for Mr Mensah's season pass",
    status: "new",
    lines: [
      [
        "2026-11-17 10:10",
        "contact",
        "Dear all, we pay the night train pass of our colleague K. Mensah (QB3N8). Could you make the invoice out to Brightwater Ltd, please?",
      ],
    ],
  },
];
