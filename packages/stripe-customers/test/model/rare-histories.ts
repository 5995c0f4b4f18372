import { AdvanceTime, type Command, type Job, StripeFails, Work } from './commands.ts'
import type { StripeFault } from './model-fixture.ts'
import { Past } from './past.ts'

/** Histories of one user that are too rare to be found by chance. */
export function createRareHistories(): Iterable<Command>[] {
  return [
    // A request whose key is almost 23 hours old arrives when the key is past that age.
    [
      ...fail('lost before the effect'),
      sweep(0),
      new AdvanceTime(23 * 3600 - 100),
      ...fail('late by 200 s'),
      sweep(0),
      new AdvanceTime(150),
      sweep(0),
    ],
    // A process that found no customer takes a new key, after another process has claimed its row and sent one.
    [
      ...fail('500 before the effect'),
      sweep(0),
      new AdvanceTime(2),
      ...fail('none', 'none', 'stalled after', 'none', 'none', 'none', 'lost after the effect'),
      sweep(0, 31),
    ],
    // An update that got no response arrives after two later ones: the e-mail changed again during the first of these.
    [
      sweep(0),
      ...fail('late by 200 s'),
      changeEmailDuring([{ kind: 'sweep', user: 0, afterSeconds: 0 }], 0),
      changeEmailDuring(
        [
          { kind: 'sweep', user: 0, afterSeconds: 0 },
          { kind: 'provision', user: 0, afterSeconds: 31 },
        ],
        5,
      ),
      sweep(0),
    ],
    // The link is set by hand while the request to create is in transit, and nobody works on the row until the key is too old.
    [...fail('late by 20 s'), sweep(0), new Past('set link', 0), new AdvanceTime(25 * 3600), sweep(0)],
  ]
}

function fail(...faults: StripeFault[]): Command[] {
  return faults.map((fault) => new StripeFails(fault))
}

function sweep(...afterSeconds: number[]): Command {
  const jobs = afterSeconds.map((after): Job => ({ kind: 'sweep', user: 0, afterSeconds: after }))
  return new Work(jobs, [], [0])
}

function changeEmailDuring(jobs: Job[], turn: number): Command {
  return new Work(jobs, [{ event: { kind: 'change e-mail', user: 0 }, turn }], [0])
}
