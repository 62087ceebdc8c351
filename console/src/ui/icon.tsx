/** Icons, drawn in the colour of the text around them, and never read aloud: their button or text names them. */
import { iconPaths } from "./icon-paths.ts";

export type IconName = keyof typeof iconPaths;

export function Icon({
  name,
  size = 16,
  className = "",
}: {
  name: IconName;
  size?: number;
  className?: string;
}) {
  const [line, fill] = iconPaths[name];
  return (
    <svg className={`i ${className}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      {line && <path d={line} />}
      {fill && <path d={fill} className="f" />}
    </svg>
  );
}

/** Icons of the built-in channel types, by name; a type of your own has the plain one. */
const channelIcons: Record<string, IconName> = {
  email: "email",
  telephone: "telephone",
  sms: "sms",
  whatsapp: "whatsapp",
  livechat: "livechat",
  facebook: "facebook",
  instagram: "instagram",
  twitter: "twitter",
  signal: "signal",
};

export const channelIcon = (name: string): IconName => channelIcons[name.toLowerCase()] ?? "hash";

/** Icons of the kinds of event that many shops send; others have a dot. */
const eventIcons: [RegExp, IconName, string][] = [
  [/order|purchase|cart/i, "order", "k-order"],
  [/pay|invoice|refund/i, "payment", "k-payment"],
  [/deliver|parcel|ship/i, "delivery", "k-delivery"],
  [/return/i, "return", ""],
  [/call|phone/i, "incoming", "k-call"],
  [/mail|newsletter/i, "mailing", ""],
  [/review|rating/i, "review", ""],
  [/book|trip|journey/i, "booking", ""],
  [/check-?in/i, "checkin", ""],
  [/disrupt|delay|cancel/i, "disruption", ""],
];

/** The icon of a kind of event, and the class of its tint. */
export function eventIcon(type: string): { icon: IconName; tint: string } {
  const found = eventIcons.find(([pattern]) => pattern.test(type));
  return found ? { icon: found[1], tint: found[2] } : { icon: "event", tint: "" };
}
