/** Shows the progress of a long command. */
export interface Progress {
  update(label: string, done: number, total: number): void
  /** Removes the bar, so that a line can be written. */
  clear(): void
}

/** The parts of a stream that the bar uses. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const width = 24
const frameMs = 100
const lineMs = 5000

/** Creates a bar on a terminal. Any other stream gets a line every 5 seconds. */
export function createProgress(stream: ProgressStream, nowMs: () => number = Date.now): Progress {
  const isTerminal = stream.isTTY === true
  let writtenAtMs = isTerminal ? Number.NEGATIVE_INFINITY : nowMs()
  let isShown = false
  return {
    update(label, done, total) {
      if (nowMs() - writtenAtMs < (isTerminal ? frameMs : lineMs)) return
      writtenAtMs = nowMs()
      const text = formatProgress(label, done, total)
      isShown = isTerminal
      stream.write(isTerminal ? `\r\u001B[2K${text.slice(0, (stream.columns ?? 80) - 1)}` : `${text}\n`)
    },
    clear() {
      if (isShown) stream.write('\r\u001B[2K')
      isShown = false
    },
  }
}

/**
 * Formats the bar.
 *
 * @param total An estimate, which `done` may exceed.
 */
export function formatProgress(label: string, done: number, total: number): string {
  const share = total <= 0 ? 0 : Math.min(1, done / total)
  const filled = Math.round(share * width)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${label} ${done} of ${Math.max(done, total)}`
}
