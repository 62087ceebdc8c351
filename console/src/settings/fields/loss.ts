/** How many values an act would lose, as the API names it when it refuses the act without `force`. */
export function lossOf(message: string | undefined): number | undefined {
  const figure = message === undefined ? undefined : /(\d+) values?\b/.exec(message)?.[1];
  return figure === undefined ? undefined : Number(figure);
}
