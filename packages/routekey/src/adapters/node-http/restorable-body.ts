import type { Readable } from 'node:stream'
import { RoutekeyError } from '../../errors.ts'
import type { NodeRequestLike } from './node-types.ts'

/** Reads the body of a request and makes it readable again. */
export interface RestorableBody {
  /** Returns the next bytes, or null at the end. */
  readonly read: () => Promise<Uint8Array | null>
  /** Reads the rest, then puts the whole body back. Does nothing before the first `read`. */
  readonly restore: () => Promise<void>
}

const restored = new WeakSet<object>()

// A request on a socket that is not connected, as tests make it, gets bytes soon or never.
const unconnectedMs = 100

// Not `instanceof`: some requests are of another implementation of streams.
const isStream = (value: object): value is Readable =>
  ['read', 'unshift', 'on'].every((method) => typeof Reflect.get(value, method) === 'function')

/**
 * Whether all bytes have arrived, although they are perhaps not read yet. `complete` says so only in HTTP/1, and `readableEnded` too late:
 * after `end`, nothing can be put back.
 */
function isAtEnd(stream: Readable): boolean {
  const state: unknown = Reflect.get(stream, '_readableState')
  return typeof state === 'object' && state !== null && 'ended' in state && state.ended === true
}

const parsedBefore = () =>
  new RoutekeyError(
    'ERR_REQUEST_BODY',
    'The body was read before the guard. Put the guard before body parsers, or let the parser keep the bytes as `rawBody`: in Express express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes } }), in NestJS rawBody: true. In Fastify, use the guard in onRequest; in the Pages Router, set bodyParser: false.',
  )

/** Reads a request that is not a stream, and has no bytes of a body. */
const withoutStream = ({ body }: NodeRequestLike): RestorableBody => ({
  async read() {
    if (body !== undefined && body !== null) throw parsedBefore()
    return null
  },
  restore: async () => undefined,
})

/** Creates a reader of a request's body. It leaves the stream alone until the first `read`. */
export function createRestorableBody(incoming: NodeRequestLike): RestorableBody {
  if (!isStream(incoming)) return withoutStream(incoming)
  const stream: Readable & NodeRequestLike = incoming
  const chunks: Uint8Array[] = []
  let isStarted = false
  let isComplete = false
  let isAbandoned = false

  /**
   * Puts the bytes back at the front of the stream. Node allows this only before it emits `end`: in the same tick as the read that
   * took the last bytes, or as the event that says that there are no more.
   */
  function putBackAtEnd(): void {
    if (isComplete || stream.aborted || stream.readableLength > 0 || !(isAtEnd(stream) || isAbandoned)) return
    isComplete = true
    restored.add(stream)
    if (chunks.length === 0) return
    if (stream.readableEnded) throw parsedBefore()
    stream.unshift(Buffer.concat(chunks))
  }

  const untilChanged = async (): Promise<void> =>
    new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      const events = ['readable', 'end', 'error', 'aborted', 'close']
      const settle = () => {
        clearTimeout(timer)
        for (const event of events) stream.off(event, settle)
        try {
          putBackAtEnd()
          resolve()
        } catch (error) {
          reject(error instanceof Error ? error : new Error('The body cannot be put back', { cause: error }))
        }
      }
      for (const event of events) stream.on(event, settle)
      if (!stream.socket?.pending) return
      timer = setTimeout(() => {
        isAbandoned = true
        settle()
      }, unconnectedMs)
    })

  function take(): Uint8Array {
    const chunk: unknown = stream.read()
    if (chunk instanceof Uint8Array) return chunk
    // A stream of objects, such as `Readable.from(['text'])`, has text that was never bytes.
    if (typeof chunk === 'string' && stream.readableObjectMode) return Buffer.from(chunk)
    throw new RoutekeyError(
      'ERR_REQUEST_BODY',
      'The body was decoded to text before the guard. Call setEncoding() after the guard.',
    )
  }

  async function read(): Promise<Uint8Array | null> {
    if (!isStarted && stream.readableDidRead && !restored.has(stream)) throw parsedBefore()
    isStarted = true
    while (!isComplete) {
      if (!stream.aborted && stream.readableLength > 0) {
        const chunk = take()
        chunks.push(chunk)
        putBackAtEnd()
        return chunk
      }
      putBackAtEnd()
      if (isComplete) break
      if (stream.destroyed || stream.aborted) throw stream.errored ?? new Error('The connection was closed')
      // oxlint-disable-next-line no-await-in-loop -- waits for more data of one stream
      await untilChanged()
    }
    return null
  }

  async function restore(): Promise<void> {
    if (!isStarted) return
    // oxlint-disable-next-line no-await-in-loop -- reads one stream
    while ((await read()) !== null);
  }

  return { read, restore }
}
