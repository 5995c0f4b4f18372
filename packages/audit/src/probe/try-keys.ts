import { classifyAnswer, isSameAnswer } from './classify-answer.ts'
import type { Conversation } from './conversation.ts'
import { inAuthorization, inKeyHeaders, inQuery, type PlaceNames } from './places.ts'
import type { Answer, Probe } from './probe.ts'
import { signBody } from './signatures.ts'

export interface KeyOptions {
  readonly names: PlaceNames
  /** The time in milliseconds. */
  readonly now: () => number
}

const withHeaders = (base: Probe, name: string, headers: Probe['headers']): Probe => ({ ...base, name, headers })

/** What the right key changes. */
export interface RightKey {
  /** The response that only the right key gets, or undefined if it changes nothing. */
  readonly answer: Answer | undefined
  readonly isAcceptedInQuery: boolean
}

/** Sends the right key in one place after the other, until the response is another one than without a key. */
export async function tryRightKey(
  base: Probe,
  nothing: Answer,
  key: string,
  talk: Conversation,
  { names, now, mayUseQuery }: KeyOptions & { readonly mayUseQuery: boolean },
): Promise<RightKey> {
  const isChanged = (answer: Answer | null): answer is Answer =>
    answer !== null &&
    classifyAnswer(answer) !== 'refused' &&
    classifyAnswer(answer) !== 'limited' &&
    !isSameAnswer(answer, nothing, [key])

  const places: readonly (() => Promise<Probe['headers']>)[] = [
    async () => inAuthorization(key),
    async () => inKeyHeaders(key, names),
    async () => ({ authorization: key }),
    ...(base.body === undefined ? [] : [() => signBody(base.body ?? '', key, now())]),
  ]
  let answer: Answer | undefined
  for (const place of places) {
    // oxlint-disable-next-line no-await-in-loop -- one request after the other, until one is accepted
    const found = await talk.ask(withHeaders(base, 'the right key', await place()))
    if (isChanged(found)) {
      answer = found
      break
    }
  }
  if (!mayUseQuery) return { answer, isAcceptedInQuery: false }
  const inUrl = await talk.ask({ ...base, name: 'the right key in the query', url: inQuery(base.url, key, names) })
  return isChanged(inUrl) ? { answer: answer ?? inUrl, isAcceptedInQuery: true } : { answer, isAcceptedInQuery: false }
}

/** What a random key gets. */
export interface RandomKey {
  readonly baselines: readonly { readonly probe: Probe; readonly answer: Answer }[]
  /** Whether keys in several places at once are refused for that alone. */
  readonly isStrict: boolean
}

/** Sends a random key in each place: what it gets is what every wrong key should get. */
export async function tryRandomKey(
  base: Probe,
  key: string,
  talk: Conversation,
  { names, now }: KeyOptions,
): Promise<RandomKey> {
  const baselines: { probe: Probe; answer: Answer }[] = []
  const ask = async (probe: Probe) => {
    const answer = await talk.ask(probe)
    if (answer !== null) baselines.push({ probe, answer })
    return answer
  }
  const inHeaders = inKeyHeaders(key, names)
  const url = inQuery(base.url, key, names)
  const bearer = await ask(withHeaders(base, 'a random key as a bearer token', inAuthorization(key)))
  const everywhere = await ask({
    ...base,
    name: 'a random key in all places',
    url,
    headers: { ...inAuthorization(key), ...inHeaders },
  })
  const isStrict = bearer !== null && everywhere !== null && !isSameAnswer(bearer, everywhere, [key])
  if (isStrict) {
    await ask(withHeaders(base, 'a random key in a header', inHeaders))
    await ask({ ...base, name: 'a random key in the query', url })
  }
  if (base.body !== undefined) {
    await ask(withHeaders(base, 'a signature with a random key', await signBody(base.body, key, now())))
  }
  return { baselines, isStrict }
}
