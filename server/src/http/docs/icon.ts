/** The icon of every page. */

/** The icon: a file with a face. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<path fill="#b4532a" d="M3 8a3 3 0 0 1 3-3h7l3 4h10a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3z"/>
<circle cx="16" cy="16" r="2.6" fill="#fff"/><path fill="#fff" d="M10.5 24c0-3.2 2.4-4.6 5.5-4.6s5.5 1.4 5.5 4.6z"/>
</svg>
`;
