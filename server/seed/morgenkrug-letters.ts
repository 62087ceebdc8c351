/** What Morgenkrug is written by e-mail from further away, and by people nobody knows yet. */
import type { SeedTicket } from "./shape.ts";

export const morgenkrugLetters: readonly SeedTicket[] = [
  {
    at: "2026-04-20 12:22",
    channel: "email",
    contact: "gudrun@example.org",
    name: "Guðrún Þorsteinsdóttir",
    title: "Customs wants an invoice with a tariff number",
    status: "closed",
    priority: "high",
    lines: [
      [
        "2026-04-20 12:22",
        "contact",
        "Hi, Reykjavík customs holds PX5044. They want the invoice in English with a tariff number. Storage costs from Friday on.",
      ],
      [
        "2026-04-20 13:01",
        "agent Aylin Demir",
        "Attached: the commercial invoice in English, tariff 6912 for stoneware. I have sent the same to the customs office.",
      ],
      ["2026-04-24 17:08", "contact", "Delivered today, all plates in one piece. Takk!"],
    ],
  },
  {
    at: "2026-11-04 09:33",
    channel: "email",
    contact: "olena.shevchenko@example.net",
    name: "Олена Шевченко",
    title: "Гравіювання на горнятках: помилка в імені",
    status: "pending",
    priority: "high",
    lines: [
      [
        "2026-11-04 09:33",
        "contact",
        "Добрий день! У замовленні 36120 я написала «Соломія» з помилкою. Чи можна ще виправити гравіювання?",
      ],
      [
        "2026-11-04 10:02",
        "agent Marta Kessler",
        "Добрий день, пані Олено! Майстерня починає в понеділок, тож ще встигаємо. Надішліть, будь ласка, усі дванадцять імен ще раз одним списком.",
      ],
      ["2026-11-04 10:04", "note Marta Kessler", "Workshop told to hold 36120 until the list is here."],
    ],
  },
  {
    at: "2026-06-18 07:30",
    channel: "email",
    contact: "eleni.papadopoulou@example.org",
    name: "Ελένη Παπαδοπούλου",
    title: "Δύο πιάτα ήρθαν σπασμένα",
    status: "closed",
    lines: [
      [
        "2026-06-18 07:30",
        "contact",
        "Καλημέρα σας. Από τα δώδεκα πιάτα τα δύο ήρθαν σπασμένα. Σας στέλνω φωτογραφίες. Προτιμώ επιστροφή χρημάτων.",
      ],
      [
        "2026-06-18 08:44",
        "agent Jonas Abel",
        "Καλημέρα σας, λυπάμαι πολύ. Θα σας επιστραφούν 31,50 € στην κάρτα σας μέσα σε πέντε ημέρες. Δεν χρειάζεται να στείλετε κάτι πίσω.",
      ],
      ["2026-06-25 09:10", "contact", "Τα χρήματα ήρθαν. Ευχαριστώ πολύ!"],
    ],
  },
  {
    at: "2026-11-12 02:18",
    channel: "email",
    contact: "wang.fang@example.com",
    name: "王芳",
    title: "铜水壶可以用电磁炉吗？",
    status: "pending",
    lines: [
      [
        "2026-11-12 02:18",
        "contact",
        "您好，我昨天订了 Amrum 铜水壶（订单 36388）。请问可以在电磁炉上使用吗？如果不行，想换成不锈钢的。",
      ],
      [
        "2026-11-12 08:40",
        "agent Aylin Demir",
        "王女士您好！铜壶不能用于电磁炉，不锈钢款可以。需要我为您换成不锈钢款并退还 50 欧元差价吗？",
      ],
    ],
  },
  {
    at: "2026-10-21 01:12",
    channel: "email",
    contact: "misaki.yamaguchi@example.net",
    name: "山口 美咲",
    title: "ギフト包装をお願いできますか",
    status: "solved",
    lines: [
      [
        "2026-10-21 01:12",
        "contact",
        "お世話になっております。注文35820のマグカップ二つを、別々に包装していただくことはできますか。友人への贈り物です。",
      ],
      [
        "2026-10-21 08:05",
        "agent Marta Kessler",
        "山口様、ご連絡ありがとうございます。はい、一つずつ和紙でお包みし、カードもお付けします。追加料金はございません。",
      ],
      ["2026-10-30 03:40", "contact", "無事に届きました。包装がとても素敵で、友人も喜んでいました。"],
    ],
  },
  {
    at: "2026-02-27 16:05",
    channel: "email",
    contact: "noa.levi@example.com",
    name: "נועה לוי",
    title: "מדיח כלים?",
    status: "closed",
    priority: "low",
    lines: [
      ["2026-02-27 16:05", "contact", "שלום, הקערות הגיעו והן מקסימות. אפשר לשטוף אותן במדיח?"],
      [
        "2026-03-02 09:15",
        "agent Jonas Abel",
        "שלום נועה, בהחלט! עד 65 מעלות, ורצוי בלי שהקערות ייגעו זו בזו.",
      ],
      ["2026-03-02 09:50", "contact", "תודה רבה!"],
    ],
  },
  {
    at: "2026-04-17 11:11",
    channel: "email",
    contact: "priya.sharma@example.com",
    name: "प्रिया शर्मा",
    title: "एक गिलास टूटा हुआ मिला",
    status: "closed",
    lines: [
      ["2026-04-17 11:11", "contact", "नमस्ते, बारह में से एक गिलास टूटा हुआ मिला। क्या आप एक गिलास भेज सकते हैं?"],
      [
        "2026-04-17 12:30",
        "agent Aylin Demir",
        "नमस्ते प्रिया जी, हमें खेद है। नया गिलास आज ही भेज रहे हैं, कोई शुल्क नहीं लगेगा।",
      ],
      ["2026-05-02 06:20", "contact", "गिलास मिल गया, बहुत धन्यवाद!"],
    ],
  },
  // Nobody has this address: it is Siobhán O'Connor's new one.
  {
    at: "2026-11-10 11:25",
    channel: "email",
    contact: "siobhan@oconnor-pottery.example.org",
    name: "Siobhan O'Connor",
    title: "New address, and a question about wholesale",
    status: "new",
    lines: [
      [
        "2026-11-10 11:25",
        "contact",
        "Hello, I used to order tea from my old mail account. I now run a small pottery in Galway: do you sell your glazes, or at least the cups unglazed? Customer number should be MK-21315.",
      ],
    ],
  },
  {
    at: "2026-11-14 08:02",
    channel: "email",
    contact: "einkauf@hotel-seeblick.example.com",
    name: "Hotel Seeblick, Einkauf",
    title: "Angebot für 200 Frühstücksgedecke",
    status: "new",
    priority: "high",
    lines: [
      [
        "2026-11-14 08:02",
        "contact",
        "Guten Tag, wir eröffnen im März und brauchen 200 Gedecke Sylt mit Becher Helgoland. Bitte um ein Angebot mit Staffelpreis und Liefertermin. Ansprechpartnerin: Frau Petersen.",
      ],
      [
        "2026-11-14 09:30",
        "note Jonas Abel",
        "Kiln is booked until January. Ask production before promising March.",
      ],
    ],
  },
];
