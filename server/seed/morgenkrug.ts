/** Morgenkrug: a web shop for tableware, tea and coffee that sends its parcels to anywhere. */
import { morgenkrugAbroad } from "./morgenkrug-abroad.ts";
import { morgenkrugEmail } from "./morgenkrug-email.ts";
import { morgenkrugEurope } from "./morgenkrug-europe.ts";
import { morgenkrugLetters } from "./morgenkrug-letters.ts";
import { morgenkrugPhone } from "./morgenkrug-phone.ts";
import { morgenkrugSocial } from "./morgenkrug-social.ts";
import type { SeedBrand } from "./shape.ts";

export const morgenkrug: SeedBrand = {
  name: "Morgenkrug",
  country: "DE",
  searchByChannel: true,
  fields: [
    { name: "tier", label: "Loyalty tier", type: "select", options: ["Clay", "Silver", "Gold"] },
    { name: "points", label: "Loyalty points", type: "number" },
    { name: "newsletter", label: "Gets the newsletter", type: "boolean" },
    { name: "customer_since", label: "Customer since", type: "date" },
    { name: "delivery_hint", label: "Hint for the courier", type: "text" },
  ],
  desk: {
    email: "service@morgenkrug.example.com",
    telephone: "+493023125400",
    facebook: "morgenkrug.shop",
    twitter: "morgenkrug_shop",
    whatsapp: "+491713920040",
    instagram: "morgenkrug.shop",
    sms: "+491713920041",
    livechat: "shop",
  },
  programs: {
    order: { name: "Web shop", url: "https://shop.example.com/orders/" },
    payment: { name: "Payments", url: "https://pay.example.net/receipts/" },
    delivery: { name: "Parcel service", url: "https://parcels.example.org/track/" },
    return: { name: "Warehouse", url: "https://shop.example.com/returns/" },
    mailing: { name: "Newsletter", url: "https://news.example.com/mailings/" },
    review: { name: "Web shop", url: "https://shop.example.com/reviews/" },
  },
  customers: [...morgenkrugEurope, ...morgenkrugAbroad],
  tickets: [...morgenkrugEmail, ...morgenkrugLetters, ...morgenkrugPhone, ...morgenkrugSocial],
};
