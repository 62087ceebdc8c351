/** What a person did in a step: how long it took, with which hands, and whether the API agrees. */
export interface Story {
  name: string;
  seconds: number;
  keys: number;
  clicks: number;
  isRight: boolean;
}
