/** The mark, a folder whose outline is a D, and the word beside it. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path
        className="m1"
        d="M6.5 3.5h6.3c.9 0 1.7.4 2.3 1.1l1.7 2H22c1.4 0 2.5 1.1 2.5 2.5V16H4V6c0-1.4 1.1-2.5 2.5-2.5z"
      />
      <path
        className="m2"
        d="M6.5 9H17c6.1 0 11 4.5 11 10.2S23.1 29.5 17 29.5H6.5A2.5 2.5 0 0 1 4 27V11.5A2.5 2.5 0 0 1 6.5 9z"
      />
      <path className="m3" d="M10 14.8v9" />
      <circle className="m4" cx="10" cy="14.4" r="1.7" />
      <circle className="m4" cx="10" cy="19.3" r="1.7" />
      <circle className="m4" cx="10" cy="24.2" r="1.7" />
      <path className="m5" d="M14.2 14.4h5.3M14.2 19.3h8.3M14.2 24.2h4.3" />
    </svg>
  );
}

export function Word({ height = 17 }: { height?: number }) {
  return (
    <svg className="word" height={height} viewBox="0 0 96 30" role="img" aria-label="Dossier">
      <g fill="none" stroke="currentColor" strokeWidth="2.7" strokeLinecap="round" strokeLinejoin="round">
        <path d="M3.5 5v17h5.7c5 0 8.5-3.5 8.5-8.500S14.2 5 9.2 5z" />
        <circle cx="28.4" cy="16" r="6" />
        <path d="M46.7 12.3c-.6-1.4-1.9-2.2-3.7-2.2-2.1 0-3.6 1.1-3.6 2.8 0 3.9 7.7 1.9 7.7 6 0 1.9-1.7 3.1-4 3.1-2.1 0-3.6-1-4.2-2.6M58.7 12.3c-.6-1.4-1.9-2.2-3.7-2.2-2.1 0-3.6 1.1-3.6 2.8 0 3.9 7.7 1.9 7.7 6 0 1.9-1.7 3.1-4 3.1-2.1 0-3.6-1-4.2-2.6" />
        <path d="M64.7 10.3V22" />
        <path d="M70.3 16.2h11.2c0-3.6-2.3-6.2-5.6-6.2s-5.7 2.6-5.7 6 2.4 6 5.8 6c2.2 0 3.9-.9 4.9-2.5" />
        <path d="M87.5 22V10.3M87.5 15.2c0-3 1.7-4.9 4.7-5" />
      </g>
      <circle cx="64.7" cy="5.6" r="1.7" fill="currentColor" />
    </svg>
  );
}
