/**
 * HTML entities in texts that no page escaped for itself: PHP's `htmlentities` and old forms send `Zo&euml;` for Zoë. Those
 * of HTML 4 that can be part of a name are read.
 */

/** The names of U+00A0 to U+00FF, in their order. */
const latin1 =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml".split(
    " ",
  );

const entities: ReadonlyMap<string, string> = new Map([
  ...latin1.map((name, at): [string, string] => [name, String.fromCharCode(0xa0 + at)]),
  ["amp", "&"],
  ["apos", "'"],
  ["quot", '"'],
  ["lt", "<"],
  ["gt", ">"],
  ["OElig", "Œ"],
  ["oelig", "œ"],
  ["Scaron", "Š"],
  ["scaron", "š"],
  ["Yuml", "Ÿ"],
  ["ndash", "–"],
  ["mdash", "—"],
  ["lsquo", "‘"],
  ["rsquo", "’"],
  ["ldquo", "“"],
  ["rdquo", "”"],
  ["hellip", "…"],
  ["trade", "™"],
  ["euro", "€"],
]);

/** Entities without a letter of their own, which are read in any case. */
const anyCase = /^(?:amp|apos|quot|lt|gt|nbsp)$/i;

/**
 * The text with its entities read once. A name or a number that is none stays as sent.
 *
 * @example
 * unescapeHtml("Zo&euml; O&#39;Neil &co;"); // "Zoë O'Neil &co;"
 */
export function unescapeHtml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,6}[0-9]{0,2}));/gi,
    (found, hex, decimal, name) => {
      if (name)
        return entities.get(anyCase.test(String(name)) ? String(name).toLowerCase() : String(name)) ?? found;
      const code = hex ? Number.parseInt(String(hex), 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : found;
    },
  );
}
