import { classifyAnswer, isAboutBody, isAboutKey, isLikeAnswer } from './classify-answer.ts'
import type { Answer, Probe } from './probe.ts'

export interface Comparison {
  /** What wrong keys get. */
  readonly wrong: readonly Answer[]
  /** What only the right key gets, if that is known. */
  readonly accepted: Answer | undefined
  /** Values that an answer may repeat. */
  readonly sent: readonly string[]
}

/** Whether an answer has nothing to show, as when Next.js finds no data for a page. */
const isEmpty = ({ body }: Answer) => body === '' || body === '{}'

/** Decides from what an attack got whether it got in. Returns null if it got what a wrong key gets. */
export function judgeAttack(
  { name, url }: Probe,
  answer: Answer,
  { wrong, accepted, sent }: Comparison,
): { readonly verdict: 'open' | 'cannot_tell'; readonly reason: string } | null {
  const { status } = answer
  const usual = wrong[0]?.status ?? 0
  const gotIn = { verdict: 'open', reason: `It answers ${status} to ${name}, and ${usual} without a key.` } as const
  const isLikeWrong = wrong.some((each) => isLikeAnswer(each, answer, sent))
  switch (classifyAnswer(answer)) {
    case 'ran':
      return url.pathname.startsWith('/_next/data/') && isEmpty(answer) ? null : gotIn
    case 'rejected':
      if (isLikeWrong) return null
      if (accepted !== undefined && isLikeAnswer(accepted, answer, sent)) return gotIn
      if (!wrong.every((each) => classifyAnswer(each) === 'refused' || isAboutKey(each))) return null
      return isAboutBody(answer) ? gotIn : null
    case 'failed':
      if (wrong.some((each) => classifyAnswer(each) === 'failed')) return null
      return {
        verdict: 'cannot_tell',
        reason: `It fails with ${status} for ${name}, where others get ${usual}. Look at the application's log.`,
      }
    case 'limited':
    case 'not_served':
    case 'refused':
      return null
  }
}
