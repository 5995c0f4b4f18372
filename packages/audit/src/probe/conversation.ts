import type { Answer, NoAnswer, Probe, SendProbe } from './probe.ts'

/** The most requests that a check sends to a route. */
const maximumRequests = 20

/** The requests of one check, and what came back. */
export interface Conversation {
  /** Sends a probe. Returns null if there was no response, or if the check has sent all that it may. */
  readonly ask: (probe: Probe) => Promise<Answer | null>
  readonly answers: () => readonly Answer[]
  readonly count: () => number
  /** Why the last request had no response. */
  readonly problem: () => string
}

/** Starts a conversation with a route. */
export function createConversation(send: SendProbe): Conversation {
  const answers: Answer[] = []
  let count = 0
  let problem = ''
  return {
    async ask(probe) {
      if (count >= maximumRequests) {
        problem = `the check has sent ${maximumRequests} requests`
        return null
      }
      count += 1
      const answer: Answer | NoAnswer = await send(probe)
      if ('problem' in answer) {
        ;({ problem } = answer)
        return null
      }
      answers.push(answer)
      return answer
    },
    answers: () => answers,
    count: () => count,
    problem: () => problem,
  }
}
