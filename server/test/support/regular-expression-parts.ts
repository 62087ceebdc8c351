// Parser of regular expressions, as far as a test needs it to generate texts that are slow to match: what repeats, what
// precedes it, and which characters each piece matches. The engine itself is asked about characters.

/** A piece of a pattern: one that matches a character, a group, or an assertion. */
export interface Piece {
  source: string;
  /** of a group, its alternatives */
  ways: Piece[][] | undefined;
  /** matches no character: an anchor, a lookaround */
  isPlace: boolean;
  min: number;
  max: number;
}

/** An unbounded quantifier, and the pieces that a text must match before it. */
export interface Loop {
  before: Piece[];
  piece: Piece;
}

/** Parses a pattern. */
export function piecesOf({ source }: RegExp): Piece[][] {
  const reader = new Reader(source);
  return reader.ways();
}

class Reader {
  readonly source: string;
  at = 0;
  constructor(source: string) {
    this.source = source;
  }

  /** The alternatives up to the end of the group. */
  ways(): Piece[][] {
    const ways: Piece[][] = [[]];
    while (this.at < this.source.length && this.source[this.at] !== ")") {
      if (this.source[this.at] === "|") {
        this.at += 1;
        ways.push([]);
      } else ways.at(-1)?.push(this.piece());
    }
    return ways;
  }

  piece(): Piece {
    const begin = this.at;
    const atom = this.source[begin] === "(" ? this.group() : this.single();
    const source = this.source.slice(begin, this.at);
    const [min, max] = this.quantifier();
    return { source, ...atom, min, max };
  }

  group(): Pick<Piece, "ways" | "isPlace"> {
    const [opening = "("] = /^\((\?(:|<?[=!]|<\w+>))?/.exec(this.source.slice(this.at)) ?? [];
    this.at += opening.length;
    const ways = this.ways();
    this.at += 1;
    return { ways, isPlace: /[=!]$/.test(opening) };
  }

  single(): Pick<Piece, "ways" | "isPlace"> {
    const [text = ""] =
      /^(\[(\\[^]|[^\]\\])*\]|\\[pPu]\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[^]|[^])/u.exec(
        this.source.slice(this.at),
      ) ?? [];
    this.at += text.length;
    return { ways: undefined, isPlace: ["^", "$", "\\b", "\\B"].includes(text) };
  }

  quantifier(): [number, number] {
    const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.source.slice(this.at));
    if (!found) return [1, 1];
    this.at += found[0].length;
    const [, sign, min = "0", comma, max] = found;
    if (sign === "?") return [0, 1];
    if (sign) return [sign === "+" ? 1 : 0, Number.POSITIVE_INFINITY];
    return [Number(min), comma ? Number(max || Number.POSITIVE_INFINITY) : Number(min)];
  }
}

/** Characters to try: ASCII, and some of every class of letter and mark. */
const characters = [
  ...Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)),
  ..."\u0301\u0660\u1100\u200b\u200d\u2028\u202e\u2019⏎⎯가王ａ\ufe0f\ufeff\ud800👍🇩𝕬",
];

/** The characters, of those to try, that a piece matches: none for a group. */
export function charactersOf({ source, ways, isPlace }: Piece, flags: string): string[] {
  if (ways || isPlace) return [];
  const pattern = new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, ""));
  return characters.filter((one) => pattern.test(one));
}

/** A text that pieces in a row match, each as rarely as possible. */
export function textOf(pieces: readonly Piece[], flags: string): string {
  return pieces
    .map((piece) => {
      if (piece.isPlace || piece.min === 0) return "";
      const once = piece.ways ? textOf(piece.ways[0] ?? [], flags) : (charactersOf(piece, flags)[0] ?? "");
      return once.repeat(Math.min(piece.min, 64));
    })
    .join("");
}

/** Every unbounded quantifier, at any depth. */
export function loopsIn(ways: readonly Piece[][], before: readonly Piece[] = []): Loop[] {
  return ways.flatMap((pieces) =>
    pieces.flatMap((piece, at) => {
      const way = [...before, ...pieces.slice(0, at)];
      return [
        ...(piece.max === Number.POSITIVE_INFINITY ? [{ before: way, piece }] : []),
        ...(piece.ways ? loopsIn(piece.ways, way) : []),
      ];
    }),
  );
}

/**
 * Unbounded quantifiers that match the same character and have no required piece between them: when the text does not
 * match, each character is tried on either side. Returns the two pieces.
 */
export function neighboursIn(ways: readonly Piece[][], flags: string): string[] {
  return ways.flatMap((pieces) => [
    ...pieces.flatMap((piece) => (piece.ways && !piece.isPlace ? neighboursIn(piece.ways, flags) : [])),
    ...inOneRow(pieces).flatMap((row) =>
      row.flatMap((piece, at) => neighboursOf(piece, row.slice(at + 1), flags)),
    ),
  ]);
}

/** The rows of pieces without groups: one for each path through the optional groups, or past them. */
function inOneRow(pieces: readonly Piece[]): Piece[][] {
  return pieces.reduce<Piece[][]>(
    (rows, piece) => {
      const inner =
        piece.ways && !piece.isPlace && piece.max === 1 ? piece.ways.flatMap(inOneRow) : [[piece]];
      const ways = piece.ways && piece.min === 0 ? [...inner, []] : inner;
      return rows.flatMap((row) => ways.map((way) => [...row, ...way]));
    },
    [[]],
  );
}

function neighboursOf(piece: Piece, behind: readonly Piece[], flags: string): string[] {
  const taken = new Set(isLoop(piece) ? charactersOf(piece, flags) : []);
  if (taken.size === 0) return [];
  const must = behind.findIndex(({ min, isPlace }) => min > 0 && !isPlace);
  const near = must < 0 ? behind : behind.slice(0, must + 1);
  return near
    .filter((other) => isLoop(other) && charactersOf(other, flags).some((one) => taken.has(one)))
    .map((other) => `${piece.source} and ${other.source}`);
}

function isLoop({ max }: Piece): boolean {
  return max === Number.POSITIVE_INFINITY;
}
