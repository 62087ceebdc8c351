/** Title of the page: what the page is, never a name or an address, because browsers write titles to the disk. */
import { useEffect } from "react";

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Dossier`;
  }, [title]);
}
