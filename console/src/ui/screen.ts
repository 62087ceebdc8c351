/** Whether the screen is as narrow as a telephone's. */
import { useSyncExternalStore } from "react";

const narrow = matchMedia("(max-width: 760px)");

const subscribe = (listener: () => void) => {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
};

export const useIsPhone = (): boolean => useSyncExternalStore(subscribe, () => narrow.matches);
