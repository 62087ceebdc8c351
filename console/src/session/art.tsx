/** The picture beside the sign-in: a folder with a story of six entries. */
const entries = [
  ["a", 214, 148],
  ["b", 262, 190],
  ["c", 288, 120],
  ["a", 262, 206],
  ["b", 226, 96],
  ["c", 138, 92],
] as const;

export function Art() {
  return (
    <svg className="art" viewBox="0 0 560 720" aria-hidden="true" preserveAspectRatio="xMidYMid slice">
      <g transform="translate(92 92)">
        <path
          className="tab"
          d="M0 22C0 9.8 9.8 0 22 0h118c7 0 13.5 3.2 17.7 8.700L172 28h180c12.2 0 22 9.8 22 22v60H0z"
        />
        <path
          className="fold"
          d="M0 66c0-12.2 9.8-22 22-22h206c118 0 214 92 214 246S346 566 228 566H22c-12.2 0-22-9.8-22-22z"
        />
        <g transform="translate(48 96)">
          <path className="sk-l" d="M20 24v370" />
          {entries.map(([kind, first, second], place) => (
            <g key={`${kind}${first}`} transform={`translate(0 ${place * 74})`}>
              <circle className={`sk-n ${kind}`} cx="20" cy="24" r="11" />
              <rect className="sk-1" x="48" y="12" width={first} height="9" rx="4.5" />
              <rect className="sk-2" x="48" y="29" width={second} height="7" rx="3.5" />
            </g>
          ))}
        </g>
      </g>
    </svg>
  );
}
