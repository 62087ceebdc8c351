/** Sternfahrt Travel: night trains, ferries and guided journeys, with all that can go wrong on the way. */
import type { SeedBrand } from "./shape.ts";
import { sternfahrtBookings } from "./sternfahrt-bookings.ts";
import { sternfahrtGuests } from "./sternfahrt-guests.ts";
import { sternfahrtPapers } from "./sternfahrt-papers.ts";
import { sternfahrtTravellers } from "./sternfahrt-travellers.ts";
import { sternfahrtTrouble } from "./sternfahrt-trouble.ts";

export const sternfahrt: SeedBrand = {
  name: "Sternfahrt Travel",
  country: "GB",
  searchByChannel: false,
  fields: [
    { name: "railcard", label: "Railcard", type: "select", options: ["none", "Comet 25", "Comet 50"] },
    { name: "nights_on_board", label: "Nights on board", type: "number" },
    { name: "step_free", label: "Needs step-free access", type: "boolean" },
    { name: "passport_expires", label: "Passport expires", type: "date" },
    {
      name: "meal",
      label: "Meal",
      type: "select",
      options: ["standard", "vegetarian", "vegan", "halal", "kosher", "gluten-free"],
    },
    { name: "good_to_know", label: "Good to know", type: "text" },
  ],
  desk: {
    email: "help@sternfahrt.example.org",
    telephone: "+442079460400",
    facebook: "sternfahrt.travel",
    twitter: "sternfahrt_help",
    whatsapp: "+447700900400",
    instagram: "sternfahrt.travel",
    sms: "+447700900401",
    livechat: "website",
  },
  programs: {
    booking: { name: "Reservations", url: "https://bookings.example.org/b/" },
    payment: { name: "Payments", url: "https://pay.example.net/receipts/" },
    delivery: { name: "Ticket post", url: "https://parcels.example.org/track/" },
    checkin: { name: "Conductor's tablet", url: "https://bookings.example.org/checkins/" },
    disruption: { name: "Operations", url: "https://ops.example.org/disruptions/" },
    refund: { name: "Payments", url: "https://pay.example.net/refunds/" },
    mailing: { name: "Mailings", url: "https://news.example.org/mailings/" },
  },
  customers: [...sternfahrtTravellers, ...sternfahrtGuests],
  tickets: [...sternfahrtBookings, ...sternfahrtPapers, ...sternfahrtTrouble],
};
