/** Whether the window has room for both charts and the panels beside each other. */
import { useEffect, useState } from "preact/hooks";

const wide = matchMedia("(min-width: 1600px)");

export function useWide(): boolean {
  const [matches, setMatches] = useState(wide.matches);
  useEffect(() => {
    const look = () => setMatches(wide.matches);
    wide.addEventListener("change", look);
    return () => wide.removeEventListener("change", look);
  }, []);
  return matches;
}
