/** The navigation between screens: below on a phone, at the side where there is room. */
import { useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { words } from "../words/page";
import { navigated } from "./use_loaded";
import { useUnseen } from "./use_unseen";

const SCREENS = [
  { href: "/app/", label: words.landscape, drawing: "M12 3v18M3 12h18M8.5 15.5h.01M16 8h.01M14 10.5h.01" },
  { href: "/app/patterns", label: words.patterns, drawing: "M4 6h12M4 12h16M4 18h8" },
  { href: "/app/insights", label: words.insights, drawing: "M5 4h14v16H5zM9 9h6M9 13h4" },
  { href: "/app/month", label: words.month, drawing: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4" },
  { href: "/app/control", label: words.control, drawing: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4" },
];

export function Navigation() {
  const { path } = useLocation();
  const before = useRef(path);
  if (before.current !== path) navigated();
  before.current = path;
  const unseen = useUnseen();
  return (
    <nav class="navigation" aria-label={words.navigation}>
      <ul>
        {SCREENS.map(({ href, label, drawing }) => (
          <li key={href}>
            <a href={href} aria-current={isAt(path, href) ? "page" : undefined}>
              <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d={drawing} />
              </svg>
              {label}
              {href === "/app/insights" && unseen > 0 && (
                <span class="unseen">
                  <span aria-hidden="true">{Math.min(unseen, 99)}</span>
                  <span class="unseen-by-eye">, {words.unseen(unseen)}</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function isAt(path: string, href: string): boolean {
  return href === "/app/" ? path === "/app" || path === "/app/" : path.startsWith(href);
}
