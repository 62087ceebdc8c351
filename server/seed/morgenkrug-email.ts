/** What Morgenkrug's customers in the neighbourhood write by e-mail. */
import type { SeedTicket } from "./shape.ts";

export const morgenkrugEmail: readonly SeedTicket[] = [
  {
    at: "2026-01-16 08:31",
    channel: "email",
    contact: "thuyduong.nguyen@example.com",
    name: "Thuỳ Dương Nguyễn",
    title: "Which neighbour has my parcel?",
    status: "closed",
    lines: [
      [
        "2026-01-16 08:31",
        "contact",
        "Good morning, the tracking page says “delivered to a neighbour”, but not to which one. Our house has 42 doors. Can you find out?",
      ],
      [
        "2026-01-16 09:04",
        "agent Marta Kessler",
        "Good morning Ms Nguyễn, 42 doors is a lot of ringing! I have asked the parcel service; they answer within the day.",
      ],
      ["2026-01-16 13:20", "note Marta Kessler", "Courier: “Pham, second floor left”. Signature matches."],
      [
        "2026-01-16 13:22",
        "agent Marta Kessler",
        "It is with Pham, second floor on the left. If that does not work out, write to me and we send the cups again.",
      ],
      ["2026-01-16 18:47", "contact", "Found it, and met my neighbour at last. Thank you!"],
    ],
  },
  {
    at: "2026-03-28 09:02",
    channel: "email",
    contact: "zofia.szczepanska@example.org",
    name: "Zofia Szczepańska",
    title: "Miska Rügen przyszła wyszczerbiona (zamówienie 32190)",
    status: "closed",
    lines: [
      [
        "2026-03-28 09:02",
        "contact",
        "Dzień dobry, jedna z czterech misek ma wyszczerbiony brzeg. Róg kartonu był wgnieciony. Zdjęcia w załączniku. Czy mogę prosić o wymianę?",
      ],
      [
        "2026-03-28 10:15",
        "agent Aylin Demir",
        "Dzień dobry Pani Zofio, bardzo mi przykro! Nową miskę wyślemy jeszcze w tym tygodniu. Uszkodzonej nie trzeba odsyłać całej, wystarczy etykieta z kartonu.",
      ],
      [
        "2026-03-28 10:19",
        "note Aylin Demir",
        "Third dented corner from Leipzig this month. Told the warehouse to use the double-walled boxes for bowls.",
      ],
      ["2026-04-07 16:30", "contact", "Nowa miska dotarła, cała i piękna. Dziękuję za szybką pomoc."],
      ["2026-04-08 08:05", "agent Aylin Demir", "Cieszę się! Miłego picia herbaty, pani Zofio."],
    ],
  },
  {
    at: "2026-11-03 17:55",
    channel: "email",
    contact: "z.szczepanska@work.example.com",
    name: "Zofia Szczepańska",
    title: "Where is my copper kettle? Order 36012",
    status: "open",
    priority: "high",
    lines: [
      [
        "2026-11-03 17:55",
        "contact",
        "Hello, parcel PX6120 has not moved since 30 October. The kettle is a birthday present for the 14th. (Writing from work, so in English.)",
      ],
      [
        "2026-11-04 08:20",
        "agent Aylin Demir",
        "Hello Ms Szczepańska, I can see it is stuck at the hub in Wrocław. I have opened a search with the parcel service, number 88-1207.",
      ],
      [
        "2026-11-04 08:22",
        "note Aylin Demir",
        "Gold customer, birthday on the 14th. If the search brings nothing by the 9th, send a second kettle by express.",
      ],
      [
        "2026-11-09 12:10",
        "agent Aylin Demir",
        "The search is still running, so a second kettle left our house an hour ago by express. Should both arrive, simply refuse the first.",
      ],
      ["2026-11-09 12:41", "contact", "That is wonderful, thank you so much!"],
    ],
  },
  {
    at: "2026-02-20 14:12",
    channel: "email",
    contact: "ingrid.lindqvist@example.com",
    name: "Ingrid Lindqvist",
    title: "Faktura på engelska?",
    status: "solved",
    priority: "low",
    lines: [
      [
        "2026-02-20 14:12",
        "contact",
        "Hej! Jag skulle behöva fakturan 90690 på engelska eller svenska till bokföringen. Går det?",
      ],
      [
        "2026-02-20 15:40",
        "agent Jonas Abel",
        "Hej Ingrid! Absolut, den engelska fakturan är bifogad. Framtida fakturor kommer på engelska, jag har ändrat inställningen.",
      ],
      ["2026-02-20 15:58", "contact", "Tack så mycket, det gick ju fort."],
    ],
  },
  {
    at: "2026-05-11 06:40",
    channel: "email",
    contact: "erik.lindqvist@example.com",
    name: "Erik Lindqvist",
    title: "Mugs are grey, I wanted blue",
    status: "closed",
    priority: "low",
    lines: [
      [
        "2026-05-11 06:40",
        "contact",
        "Hi, my mistake: I ordered storm grey and meant night blue. Unused, still wrapped. Can I swap them?",
      ],
      [
        "2026-05-11 09:00",
        "agent Jonas Abel",
        "Hi Erik, of course. The label for the way back is attached; the blue ones go out as soon as the grey ones are scanned.",
      ],
      ["2026-05-22 10:11", "note Jonas Abel", "Grey ones back, as new. Blue ones sent with PX5201."],
    ],
  },
  {
    at: "2026-08-11 10:05",
    channel: "email",
    contact: "j.schaefer@example.org",
    name: "Jürgen Schäfer",
    title: "Lastschrift zurückgegeben",
    status: "closed",
    lines: [
      [
        "2026-08-11 10:05",
        "contact",
        "Guten Tag, ich habe die Bank gewechselt und mein Kaffee-Abo vergessen. Bitte nicht kündigen! Wie kann ich die 28,90 € bezahlen?",
      ],
      [
        "2026-08-11 10:31",
        "agent Marta Kessler",
        "Guten Tag Herr Schäfer, keine Sorge, gekündigt wird hier nichts. Ein Link zur Kartenzahlung ist unterwegs; dort können Sie auch das neue Konto hinterlegen.",
      ],
      [
        "2026-08-12 09:30",
        "contact",
        "Erledigt. Und danke für den freundlichen Ton, die Bank war weniger nett.",
      ],
      ["2026-08-12 09:44", "note Marta Kessler", "Fee of the returned debit (€ 3.50) waived."],
    ],
  },
  {
    at: "2026-03-06 20:22",
    channel: "email",
    contact: "juergen@schaefer.example.com",
    name: "Juergen Schaefer",
    title: "Invoice belongs to somebody else",
    status: "closed",
    priority: "high",
    lines: [
      [
        "2026-03-06 20:22",
        "contact",
        "I got an invoice for espresso cups. I bought a kettle. There seems to be another Jürgen Schäfer.",
      ],
      [
        "2026-03-07 08:10",
        "agent Marta Kessler",
        "You are right, and I am sorry: there is one in Berlin, and our colleague picked the wrong one. Your own invoice is attached. Please delete the other.",
      ],
      [
        "2026-03-07 08:15",
        "note Marta Kessler",
        "Namesakes! MK-20101 is Berlin (ä), MK-21377 is Munich (ae). Told data protection, file 26-03.",
      ],
      ["2026-03-07 11:02", "contact", "Deleted. No harm done."],
    ],
  },
  {
    at: "2026-10-01 21:14",
    channel: "email",
    contact: "k.schaeffer@example.net",
    name: "Katharina Schäffer",
    title: "Hochzeitsliste: zwei Gäste haben dasselbe gekauft",
    status: "solved",
    lines: [
      [
        "2026-10-01 21:14",
        "contact",
        "Hallo, Tante Ruth und meine Kollegin haben beide die Teekanne Fehmarn bezahlt. Wie kann das sein, und was machen wir jetzt?",
      ],
      [
        "2026-10-02 08:25",
        "agent Jonas Abel",
        "Hallo Frau Schäffer, die beiden waren auf die Sekunde gleichzeitig. Eine Kanne wandle ich gern in einen Gutschein über 58 € um, oder möchten Sie zwei?",
      ],
      ["2026-10-02 12:50", "contact", "Gutschein bitte, und sagen Sie Tante Ruth nichts!"],
      [
        "2026-10-02 13:05",
        "agent Jonas Abel",
        "Von mir erfährt sie kein Wort. Der Gutschein liegt Ihrer nächsten Sendung bei.",
      ],
    ],
  },
  {
    at: "2026-10-09 13:30",
    channel: "email",
    contact: "francois.lefevre@example.org",
    name: "François Lefèvre",
    title: "Il manque un colis (commande 35544)",
    status: "open",
    priority: "urgent",
    lines: [
      [
        "2026-10-09 13:30",
        "contact",
        "Bonjour, un seul carton sur deux est arrivé ce matin : 12 tasses au lieu de 24. J’ouvre la terrasse samedi, c’est urgent.",
      ],
      [
        "2026-10-09 13:52",
        "agent Aylin Demir",
        "Bonjour Monsieur Lefèvre, le deuxième carton est parti vers Lyon par erreur. Je le fais rediriger, livraison prévue demain avant 9 h.",
      ],
      ["2026-10-10 09:40", "contact", "Toujours rien à 9 h 40…"],
      [
        "2026-10-10 09:55",
        "agent Aylin Demir",
        "Je viens de parler au chauffeur : il est chez vous dans la demi-heure. Les frais de port de la commande vous sont remboursés.",
      ],
      [
        "2026-10-10 10:20",
        "note Aylin Demir",
        "Only 11 cups in it, one broken. Replacement goes out on Monday; keep open until it is there.",
      ],
    ],
  },
  {
    at: "2026-07-15 18:40",
    channel: "email",
    contact: "francoise.lefebvre@example.net",
    name: "Françoise Lefebvre",
    title: "Ce courriel n’est pas pour moi",
    status: "closed",
    priority: "low",
    lines: [
      [
        "2026-07-15 18:40",
        "contact",
        "Bonjour, vous m’écrivez à propos d’un « Café Lefèvre ». Je n’ai pas de café, seulement un bol !",
      ],
      [
        "2026-07-16 09:12",
        "agent Marta Kessler",
        "Bonjour Madame Lefebvre, toutes nos excuses : une lettre de différence, et nous voilà chez la mauvaise personne. C’est corrigé.",
      ],
    ],
  },
  {
    at: "2026-06-13 10:00",
    channel: "email",
    contact: "ines.nunez@example.com",
    name: "Inés Núñez",
    title: "Se me pasó el plazo de recogida",
    status: "solved",
    lines: [
      [
        "2026-06-13 10:00",
        "contact",
        "Hola, estuve de viaje y mi paquete ya vuelve a Alemania. ¿Me lo pueden enviar otra vez? Pago el envío, claro.",
      ],
      [
        "2026-06-13 11:17",
        "agent Jonas Abel",
        "Hola Inés, sin problema. En cuanto llegue aquí sale de nuevo, y el segundo envío corre de nuestra cuenta.",
      ],
      ["2026-06-26 19:25", "contact", "¡Ya tengo la tetera! Preciosa. Gracias."],
    ],
  },
];
