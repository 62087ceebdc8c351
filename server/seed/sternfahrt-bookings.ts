/** What travellers ask Sternfahrt before they leave: cabins, platforms, meals. */
import type { SeedTicket } from "./shape.ts";

export const sternfahrtBookings: readonly SeedTicket[] = [
  {
    at: "2026-11-12 13:05",
    channel: "email",
    contact: "amelia.hughes@example.org",
    name: "Amelia Hughes",
    title: "VB8N1: two cabins with a door between them?",
    status: "open",
    lines: [
      [
        "2026-11-12 13:05",
        "contact",
        "Hello, we have booked two cabins for 29 December. Ella is six: can we have two with a connecting door?",
      ],
      [
        "2026-11-12 14:22",
        "agent Deirdre Walsh",
        "Hello Ms Hughes, cabins 5 and 6 of car 3 have one, and I have just moved you there. The children's breakfast is porridge; would Ella like that?",
      ],
      ["2026-11-12 19:48", "contact", "She says only with honey. Thank you!"],
      [
        "2026-11-13 08:10",
        "note Deirdre Walsh",
        "Honey with the porridge noted for cabin 6. Kitchen confirms in December; keep open.",
      ],
    ],
  },
  {
    at: "2026-05-20 09:00",
    channel: "telephone",
    contact: "+442079460121",
    name: "Amelia Hughes",
    title: "Roof box on the ferry",
    status: "closed",
    lines: [
      [
        "2026-05-20 09:00",
        "note Tomás Prieto",
        "Car with a roof box: 2.15 m high, lane for high vehicles. £ 12 more, paid by telephone.",
      ],
    ],
  },
  {
    at: "2026-06-02 08:01",
    channel: "email",
    contact: "rhys.hughes@example.org",
    name: "Rhys Hughes",
    title: "Booked the wrong day (SD1P6)",
    status: "closed",
    lines: [
      [
        "2026-06-02 08:01",
        "contact",
        "Hi, it should be the 18th and not the 19th of June. I only noticed when Mum asked.",
      ],
      [
        "2026-06-02 08:30",
        "agent Deirdre Walsh",
        "Hi Rhys, changed, same seat, nothing to pay within the hour of booking. Best wishes to your mum.",
      ],
    ],
  },
  {
    at: "2026-10-01 06:30",
    channel: "email",
    contact: "oisin@example.net",
    name: "Oisín Ó Súilleabháin",
    title: "The Sunrise Journey: which locomotive?",
    status: "pending",
    priority: "low",
    lines: [
      [
        "2026-10-01 06:30",
        "contact",
        "Good morning, booking UW5C3. Will it be the class 73 or the 66 over the Far North Line? I should like to choose my side of the train by it.",
      ],
      [
        "2026-10-01 11:11",
        "agent Tomás Prieto",
        "Good morning! The roster comes six weeks ahead. You will know before the conductor does. Left-hand side is the one for the sea, by the way.",
      ],
      [
        "2026-10-01 11:12",
        "note Tomás Prieto",
        "Send him the roster in the second week of April. He has 60 nights on board, let us make it a nice letter.",
      ],
    ],
  },
  {
    at: "2026-09-11 10:05",
    channel: "email",
    contact: "stefan.ionescu@example.net",
    name: "Ștefan Ionescu",
    title: "Rampă la Budapesta Keleti",
    status: "open",
    priority: "high",
    lines: [
      [
        "2026-09-11 10:05",
        "contact",
        "Bună ziua, pentru rezervarea UC4G2 am nevoie de rampă și la sosire, nu doar la plecare. Scaunul are 160 kg.",
      ],
      [
        "2026-09-11 11:40",
        "agent Tomás Prieto",
        "Bună ziua domnule Ionescu, am cerut rampa la ambele gări. București a confirmat; Budapesta răspunde până la 20 noiembrie.",
      ],
      [
        "2026-11-09 09:00",
        "note Tomás Prieto",
        "Asked Budapest again. If there is no answer by the 20th, call the station master.",
      ],
    ],
  },
  {
    at: "2026-02-01 02:20",
    channel: "email",
    contact: "sakura.takahashi@example.com",
    name: "高橋 さくら",
    title: "フィヨルドの旅：荷物の大きさについて",
    status: "closed",
    lines: [
      [
        "2026-02-01 02:20",
        "contact",
        "予約QP1R3の高橋です。スーツケースは何センチまで船室に持ち込めますか。",
      ],
      [
        "2026-02-02 09:00",
        "agent Yuki Mori",
        "高橋様、お問い合わせありがとうございます。高さ75センチまででしたらベッドの下に入ります。それ以上は荷物室でお預かりします。",
      ],
      ["2026-02-02 10:30", "contact", "70センチなので大丈夫そうです。ありがとうございました。"],
    ],
  },
  {
    at: "2026-10-02 07:12",
    channel: "whatsapp",
    contact: "+82000000077",
    name: "서연",
    title: "오늘 밤 기차 플랫폼이 어디인가요?",
    status: "closed",
    priority: "high",
    lines: [
      ["2026-10-02 07:12", "contact", "안녕하세요! 오늘 밤 파리에서 베를린 가는 기차, 몇 번 플랫폼인가요?"],
      [
        "2026-10-02 07:20",
        "agent Yuki Mori",
        "안녕하세요, 서연 님! 파리 동역에서 출발하며, 플랫폼은 출발 30분 전에 표시됩니다. 보통 5번입니다.",
      ],
      ["2026-10-02 19:02", "contact", "5번 맞네요 😊 감사합니다!"],
    ],
  },
  {
    at: "2026-04-02 05:45",
    channel: "telephone",
    contact: "+85200000016",
    name: "陳大文",
    title: "三位成人，一張輪候名單",
    status: "solved",
    lines: [
      [
        "2026-04-02 05:45",
        "note Yuki Mori",
        "Wants a cabin for three instead of deck seats on TM2B6. Full; on the waiting list, first place.",
      ],
      [
        "2026-04-19 06:10",
        "agent Yuki Mori",
        "留言：陳先生您好，三人艙已為您保留，請於五月一日前補付差額 84 歐元。",
      ],
      ["2026-04-20 02:00", "note Yuki Mori", "Paid. Cabin 214."],
    ],
  },
  {
    at: "2026-06-23 08:15",
    channel: "whatsapp",
    contact: "+212000000093",
    name: "محمد الفاسي",
    title: "هل يمكن الدفع على ثلاثة أقساط؟",
    status: "closed",
    lines: [
      [
        "2026-06-23 08:15",
        "contact",
        "السلام عليكم، دفعت القسط الأول للحجز SJ7V9. متى موعد القسطين الباقيين؟",
      ],
      [
        "2026-06-23 09:40",
        "agent Tomás Prieto",
        "وعليكم السلام، القسط الثاني في 5 يوليو والثالث في 12 يوليو. سنرسل لكم تذكيرًا قبل كل موعد بيومين.",
      ],
      ["2026-06-23 09:44", "contact", "ممتاز، شكرًا."],
    ],
  },
  {
    at: "2026-08-30 17:30",
    channel: "livechat",
    contact: "guest-sara-c",
    name: "Sara",
    title: "ארוחה כשרה בהפלגה",
    status: "closed",
    lines: [
      ["2026-08-30 17:30", "contact", "שלום, אנחנו בהזמנה TS5F1. האם רשמתם ארוחות כשרות לשנינו?"],
      ["2026-08-30 17:33", "agent Deirdre Walsh", "שלום שרה, כן, לשניכם, בערב ובבוקר. נסיעה טובה!"],
      ["2026-08-30 17:34", "contact", "תודה 🙏"],
    ],
  },
];
