/** Stylesheet of the start page, from 320 px upwards. */
import { theme } from "./docs/theme.ts";

export const startStyle = `${theme}main { max-width: 46rem; margin: 0 auto; padding: 56px 24px 72px; }
header { display: flex; align-items: center; gap: 14px; }
h1 { margin: 0; font-size: 38px; line-height: 1.15; letter-spacing: -.01em; }
.version { margin: 0 0 0 auto; color: var(--soft); font: 14px var(--mono); }
.what { margin: 18px 0 22px; font-size: 20px; line-height: 1.45; }
.state { margin: 0; padding: 12px 16px; border: 1px solid var(--line); border-left: 4px solid var(--good); border-radius: 8px; background: var(--ground); }
.state b { color: var(--good); }
.state.bad { border-left-color: var(--bad); }
.state.bad b { color: var(--bad); }
h2 { margin: 36px 0 10px; font-size: 21px; line-height: 1.25; }
p { margin: 0 0 10px; }
.aside { margin-bottom: 20px; color: var(--soft); font-size: 15px; }
p code { padding: 1px 4px; border-radius: 4px; background: var(--ground); }
pre { margin: 0 0 18px; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { overflow-wrap: anywhere; }
.links { margin: 0; padding: 0; list-style: none; }
.links li { padding: 11px 0; border-top: 1px solid var(--line); color: var(--soft); }
.links li:last-child { border-bottom: 1px solid var(--line); }
.links a { display: inline-block; min-width: 13rem; margin-right: 12px; font-weight: 600; }
@media (max-width: 560px) {
  main { padding: 28px 16px 48px; }
  h1 { font-size: 30px; }
  .what { font-size: 18px; }
  .links a { display: block; }
}
`;
