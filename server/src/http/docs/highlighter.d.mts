/** Code as HTML with a class for each kind of token; undefined if the language is not known. */
export function highlight(code: string, language: string): string | undefined;
