import type { IncomingMessage } from 'node:http'
import { RoutekeyError } from '../../errors.ts'

/** Reads the body of a request and makes it readable again. */
export interface RestorableBody {
  /** Returns the next bytes, or null at the end. */
  readonly read: () => Promise<Uint8Array | null>
  /** Reads the rest, then puts the whole body back. Does nothing before the first `read`. */
  readonly restore: () => Promise<void>
}

const restored = new WeakSet<IncomingMessage>()

const untilChanged = async (incoming: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    const events = ['readable', 'error', 'close']
    const settle = () => {
      for (const event of events) incoming.off(event, settle)
      resolve()
    }
    for (const event of events) incoming.on(event, settle)
  })

/** Creates a reader of a request's body. It leaves the stream alone until the first `read`. */
export function createRestorableBody(incoming: IncomingMessage): RestorableBody {
  const chunks: Uint8Array[] = []
  let isStarted = false
  let isComplete = false

  /**
   * Puts the bytes back at the front of the stream. Node allows this only before it emits `end`: in the same tick as the read that
   * took the last bytes, or without any read once the message is complete.
   */
  function putBack(): void {
    isComplete = true
    restored.add(incoming)
    if (chunks.length > 0) incoming.unshift(Buffer.concat(chunks))
  }

  async function read(): Promise<Uint8Array | null> {
    if (!isStarted && incoming.readableDidRead && !restored.has(incoming)) {
      throw new RoutekeyError(
        'ERR_REQUEST_BODY',
        'The body was read before the guard. Put the guard before body parsers; in the Pages Router, set bodyParser: false.',
      )
    }
    isStarted = true
    while (!isComplete) {
      if (incoming.readableLength > 0) {
        const chunk: unknown = incoming.read()
        if (!(chunk instanceof Uint8Array)) {
          throw new RoutekeyError(
            'ERR_REQUEST_BODY',
            'The body was decoded to text before the guard. Call setEncoding() after the guard.',
          )
        }
        chunks.push(chunk)
        if (incoming.complete) putBack()
        return chunk
      }
      if (incoming.complete) putBack()
      else if (incoming.destroyed) throw incoming.errored ?? new Error('The connection was closed')
      // oxlint-disable-next-line no-await-in-loop -- waits for more data of one stream
      else await untilChanged(incoming)
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
