/** Who calls Morgenkrug, and who writes from a telephone: calls, WhatsApp, text messages. */
import type { SeedTicket } from "./shape.ts";

export const morgenkrugPhone: readonly SeedTicket[] = [
  {
    at: "2026-01-26 09:41",
    channel: "telephone",
    contact: "+493023125117",
    name: "Jürgen Schäfer",
    title: "Wants to start a coffee subscription",
    status: "closed",
    lines: [
      [
        "2026-01-26 09:41",
        "note Marta Kessler",
        "Caller loves the espresso cups and asks for a subscription: 1 kg Morgenröte every four weeks. Explained that it starts in May. Put on the list.",
      ],
      ["2026-05-18 08:45", "note Marta Kessler", "Called back: subscription set up with order 33210."],
    ],
  },
  {
    at: "2026-02-19 15:03",
    channel: "telephone",
    contact: "+33199001204",
    name: "François Lefèvre",
    title: "Delivery window for a pallet",
    status: "closed",
    lines: [
      [
        "2026-02-19 15:03",
        "note Aylin Demir",
        "Street is closed to lorries from 9 am on. Pallet must come before. Hint for the courier added.",
      ],
      [
        "2026-02-19 15:30",
        "agent Aylin Demir",
        "Voicemail left: the pallet comes on 3 March between 8 and 9, the driver rings ten minutes ahead.",
      ],
    ],
  },
  {
    at: "2026-05-05 13:15",
    channel: "telephone",
    contact: "+380000000064",
    name: "Олена Шевченко",
    title: "Price for engraving 12 mugs",
    status: "solved",
    priority: "low",
    lines: [
      [
        "2026-05-05 13:15",
        "note Jonas Abel",
        "Asks for 12 engraved mugs for a school class in November. € 22.40 a piece, four weeks ahead. Will order in the autumn.",
      ],
    ],
  },
  {
    at: "2026-08-21 10:20",
    channel: "telephone",
    contact: "+82200000045",
    name: "김민지",
    title: "Missed call from Seoul",
    status: "closed",
    direction: "outbound",
    lines: [
      [
        "2026-08-21 10:20",
        "note Jonas Abel",
        "Called back. Ms Kim wanted to know whether the night blue bowls come back: yes, at the end of October. She wants to be told.",
      ],
      ["2026-10-30 08:00", "agent Jonas Abel", "Voicemail left: night blue is back in stock."],
    ],
  },
  {
    at: "2026-11-13 16:55",
    channel: "telephone",
    contact: "+498999998021",
    name: "Juergen Schaefer",
    title: "Kettle whistles too early",
    status: "open",
    lines: [
      [
        "2026-11-13 16:55",
        "note Marta Kessler",
        "Whistle of the kettle Amrum starts at about 70 degrees. He is a physicist and has measured it. Video promised by e-mail.",
      ],
      [
        "2026-11-13 17:20",
        "agent Marta Kessler",
        "Voicemail left: we send a new whistle, no need to send the kettle in.",
      ],
    ],
  },
  // The same, and an agent knew the voice.
  {
    at: "2026-06-29 10:02",
    channel: "telephone",
    contact: "",
    name: "Number withheld",
    belongsTo: "MK-20930",
    title: "Thanks for the plates",
    status: "closed",
    priority: "low",
    lines: [
      [
        "2026-06-29 10:02",
        "note Jonas Abel",
        "Ms Papadopoulou called to say thank you for the quick refund, and invites the desk to Volos.",
      ],
    ],
  },
  // Withheld number: it can be given to somebody by hand only.
  {
    at: "2026-11-15 12:07",
    channel: "telephone",
    contact: "",
    name: "Number withheld",
    title: "Elderly gentleman asks for “the blue jug from the television”",
    status: "open",
    lines: [
      [
        "2026-11-15 12:07",
        "note Aylin Demir",
        "Did not want to give his name. Means the jug Neuwerk, I think; it was in the cooking show on Thursday. Calls again on Monday.",
      ],
    ],
  },
  // A number nobody has, and the same problem as somebody's: he called from the office.
  {
    at: "2026-11-16 07:50",
    channel: "telephone",
    contact: "+493023125990",
    name: "Caller from Berlin",
    title: "Subscription should pause over Christmas",
    status: "new",
    lines: [
      [
        "2026-11-16 07:50",
        "note Jonas Abel",
        "“Schäfer, Berlin, you know me.” Wants no beans in December. Which Schäfer? Called from an office number. Look him up, then link this ticket.",
      ],
    ],
  },
  {
    at: "2026-09-04 18:30",
    channel: "telephone",
    contact: "+390000000015",
    name: "Unknown caller",
    title: "Wrong number",
    status: "closed",
    priority: "low",
    lines: [["2026-09-04 18:30", "note Aylin Demir", "Wanted a taxi in Bologna. Wished her a safe trip."]],
  },
  {
    at: "2026-02-17 13:01",
    channel: "whatsapp",
    contact: "+46701740611",
    name: "Ingrid L.",
    title: "Parcel in the bicycle shed?",
    status: "closed",
    lines: [
      ["2026-02-17 13:01", "contact", "Hej, is the parcel in the shed already? I am at work 🚲"],
      ["2026-02-17 13:06", "agent Jonas Abel", "Hej Ingrid! Yes, since 12:44, behind the red bicycle."],
      ["2026-02-17 13:07", "contact", "That is mine. Perfect 👍"],
    ],
  },
  {
    at: "2026-04-28 19:12",
    channel: "whatsapp",
    contact: "+961000000056",
    name: "Layla 🍰",
    title: "موعد وصول الطرد",
    status: "closed",
    lines: [
      ["2026-04-28 19:12", "contact", "مرحبًا، متى يصل الطرد إلى بيروت تقريبًا؟ عندي ضيوف يوم السبت."],
      [
        "2026-04-29 07:35",
        "agent Aylin Demir",
        "مرحبًا ليلى، الطرد في الجمارك الآن ومن المتوقع وصوله صباح السبت قبل العاشرة.",
      ],
      ["2026-05-02 10:20", "contact", "وصل قبل الضيوف بساعة! شكرًا جزيلًا 🌷"],
    ],
  },
  {
    at: "2026-05-31 08:14",
    channel: "whatsapp",
    contact: "+70000000188",
    name: "Светлана",
    title: "Можно ли оплатить другой картой?",
    status: "solved",
    lines: [
      ["2026-05-31 08:14", "contact", "Здравствуйте! Карта не прошла. Можно оплатить другой? Чай очень жду."],
      [
        "2026-05-31 09:02",
        "agent Marta Kessler",
        "Здравствуйте, Светлана! Конечно. Ссылка для оплаты действует до вечера: https://pay.example.net/receipts/92499",
      ],
      ["2026-05-31 09:20", "contact", "Оплатила, спасибо!"],
      ["2026-05-31 09:25", "agent Marta Kessler", "Вижу оплату. Чай отправим завтра утром."],
    ],
  },
  {
    at: "2026-06-10 17:40",
    channel: "whatsapp",
    contact: "+34000000231",
    name: "Inés",
    title: "Dirección del punto de recogida",
    status: "closed",
    lines: [
      ["2026-06-10 17:40", "contact", "Hola, ¿dónde está exactamente el punto de recogida?"],
      [
        "2026-06-10 17:52",
        "agent Jonas Abel",
        "Hola Inés, es la papelería de la plaza, abierta hasta las 20 h. El plazo acaba el 12 de junio.",
      ],
    ],
  },
  {
    at: "2026-10-10 15:02",
    channel: "whatsapp",
    contact: "+910000000034",
    name: "Priya S.",
    title: "Diwali boxes: will they be here in time?",
    status: "open",
    priority: "urgent",
    lines: [
      [
        "2026-10-10 15:02",
        "contact",
        "Ordered ten gift boxes yesterday (35601). Diwali is on 8 November. Please tell me they come before!",
      ],
      [
        "2026-10-10 15:20",
        "agent Aylin Demir",
        "Hello Priya! They fly on Tuesday; planned for 26 October. I look every day and tell you when they land.",
      ],
      ["2026-10-28 06:11", "contact", "Nine boxes are here and beautiful. The tenth?"],
      [
        "2026-10-28 08:30",
        "agent Aylin Demir",
        "Weighed at departure: nine. Our fault. Number ten is on its way by express.",
      ],
      ["2026-10-28 08:31", "note Aylin Demir", "Express EX-77. Ask her on 5 November whether it is there."],
    ],
  },
  {
    at: "2026-10-14 16:40",
    channel: "whatsapp",
    contact: "+12025550143",
    name: "~",
    title: "do u have the little wooden tea box",
    status: "solved",
    lines: [
      ["2026-10-14 16:40", "contact", "do u have the little wooden tea box"],
      [
        "2026-10-14 16:49",
        "agent Jonas Abel",
        "Hello! You mean the tea caddy Baltrum, I think: € 27.00, in stock. What is your name, please?",
      ],
      ["2026-10-14 16:52", "contact", "yes that one. call me pls"],
      [
        "2026-10-15 17:02",
        "note Jonas Abel",
        "Called. Ordered by telephone (35744), paid at once, still no name.",
      ],
    ],
  },
  {
    at: "2026-11-17 09:09",
    channel: "whatsapp",
    contact: "+4400000002210",
    name: "Theo",
    title: "Gift card not arrived",
    status: "new",
    priority: "high",
    lines: [
      [
        "2026-11-17 09:09",
        "contact",
        "Hi, bought a gift card on Friday as a guest, charged £42.50, no mail so far. Order 36420 I think?",
      ],
    ],
  },
  {
    at: "2026-05-06 10:40",
    channel: "sms",
    contact: "+46701740612",
    name: "Erik Lindqvist",
    title: "Code for the parcel box",
    status: "closed",
    direction: "outbound",
    priority: "low",
    lines: [
      [
        "2026-05-06 10:40",
        "agent Jonas Abel",
        "Morgenkrug: your parcel PX5105 is in the parcel box. Code 4471, until Saturday.",
      ],
      ["2026-05-06 17:15", "contact", "Got it, thanks"],
    ],
  },
  {
    at: "2026-02-18 14:55",
    channel: "sms",
    contact: "+491713920022",
    name: "Minh Anh",
    title: "10 points for what?",
    status: "closed",
    priority: "low",
    lines: [
      ["2026-02-18 14:55", "contact", "I got 10 points. For what? Dương is my sister, I bought nothing"],
      [
        "2026-02-18 15:10",
        "agent Marta Kessler",
        "Your sister recommended us to you, that makes ten for each. Welcome!",
      ],
    ],
  },
];
