/** Accept header: whether a caller is a browser that asks for a page, or a program. */

/** Whether HTML is named and wanted no less than JSON: browsers name it, programs accept anything. */
export function prefersHtml(accept = ""): boolean {
  const html = qualityOf(accept, "text/html");
  return html > 0 && html >= qualityOf(accept, "application/json");
}

/** The quality that an Accept header gives to a media type that it names; 0 for others. */
function qualityOf(accept: string, type: string): number {
  for (const range of accept.toLowerCase().split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (name !== type) continue;
    const quality = parameters.find((one) => one.startsWith("q="))?.slice(2);
    return quality === undefined ? 1 : Number(quality) || 0;
  }
  return 0;
}
