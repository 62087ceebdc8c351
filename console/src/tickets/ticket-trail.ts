/** The tickets of the newest list, for the way to the next and the previous one. In memory only. */
let trail: number[] = [];

export function leaveTicketTrail(ids: number[]): void {
  if (ids.length > 0) trail = ids;
}

export function placeInTicketTrail(id: number) {
  const place = trail.indexOf(id);
  if (place === -1) return undefined;
  return { place: place + 1, total: trail.length, previous: trail[place - 1], next: trail[place + 1] };
}
