// What differs between the engine and its model, and by how much. The model's time is that of AWS alone: it knows how
// long AWS takes, when clocks tick and caches expire. The engine's is AWS's too, and on top of it everything that one
// machine really has to do, stretched by the speed: at ten, a second of real work is ten seconds of AWS time.

import type { Milestone } from './milestones.ts';

export interface Difference {
  /** Real seconds by which the engine's interval may be shorter than the shortest of the model. */
  readonly shorterBy: number;
  /** … and longer than the longest. */
  readonly longerBy: number;
  readonly because: string;
}

const written = 'both sides decide it by the same lines; what differs is when the line is written down';

export const differences: Readonly<
  Record<Exclude<Milestone, 'loss' | 'restoration' | 'failback'>, Difference>
> = {
  detected: {
    shorterBy: 0.5,
    longerBy: 2,
    because:
      'checkers of the engine hold real TLS connections: a refused one is answered at once, one that was under way ends by itself, and a busy machine starts them late',
  },
  answered: { shorterBy: 0.5, longerBy: 1, because: written },
  decided: {
    shorterBy: 0.5,
    longerBy: 4,
    because:
      'two looks at DNS and two at the lost region: the addresses of a lost region refuse at once here, where on AWS, as in the model, nothing answers for 3 s; and a look is a real process with real deadlines',
  },
  'promotion began': {
    shorterBy: 0.5,
    longerBy: 3,
    because: 'saving the memory to S3 and calling RDS are signed requests; the model’s calls take 0.12 s',
  },
  promoted: {
    shorterBy: 0.2,
    longerBy: 4,
    because:
      'after AWS’s time, which is the same in both, a real server applies what it had received and opens for writes',
  },
  moved: {
    shorterBy: 0.6,
    longerBy: 4,
    because:
      'the look that sees it waits 3 s for the lost region in the model and for nothing here; the write that proves it goes through a real pool, which must drop its old connections first',
  },
  'latch held': {
    shorterBy: 1,
    longerBy: 3,
    because: 'the datapoint of the minute is read every 10 s: on which beat, the model draws',
  },
  'edges follow': {
    shorterBy: 1,
    longerBy: 2,
    because: 'an edge location of the engine resolves when a request needs it, the model’s when the TTL ends',
  },
  'writes succeed': {
    shorterBy: 2,
    longerBy: 8,
    because:
      'viewers of the model are flows; the drill’s are customers, one after another, each with a pause before it tries again; the server takes writes before its promotion is written down',
  },
  'old writer demoted': {
    shorterBy: 0.2,
    longerBy: 6,
    because:
      'both count from the first that the region has to say after its start; its databases recover from disk meanwhile, and in the model they are there',
  },
  'old writer follows': {
    shorterBy: 1,
    longerBy: 15,
    because:
      'the heartbeat must arrive before it counts as following; writes that only the old writer had are handed over and its volume rebuilt, which takes the model 5 s',
  },
  'tasks healthy again': {
    shorterBy: 2,
    longerBy: 12,
    because:
      'each task is a Node process that starts beside its databases and waits for them before it answers',
  },
  'region healthy again': {
    shorterBy: 2,
    longerBy: 5,
    because:
      'the first checkers to see it well may look at any time after the first task is; the application’s own view of its region is up to 2 s old',
  },
  'switchover began': {
    shorterBy: 0.5,
    longerBy: 4,
    because: 'the function is invoked, looks, saves and calls RDS: real processes and signed requests',
  },
  'writes held': {
    shorterBy: 0.2,
    longerBy: 3,
    because: 'the target’s real position must reach the writer’s',
  },
  'promoted back': {
    shorterBy: 0.2,
    longerBy: 4,
    because: 'as the promotion; before it the target says, over the link, that it has everything',
  },
  'led back': {
    shorterBy: 0.5,
    longerBy: 7,
    because: 'the controller’s next look, and the writer’s region as the exchange of memberships tells it',
  },
  'latch released': {
    shorterBy: 2,
    longerBy: 4,
    because: 'the last minute with a 1 in it must end: where in its minute the release falls differs',
  },
  'answered back': { shorterBy: 0.5, longerBy: 1, because: written },
  'edges back': {
    shorterBy: 1,
    longerBy: 2,
    because: 'as on the way there',
  },
};
