import type { Terminal } from '../terminal.ts'

/** A terminal that keeps what a command writes. */
export interface CapturedTerminal extends Terminal {
  readonly printed: () => string
  readonly said: () => string
}

/** Creates a terminal for a test. Nothing reaches the real one. */
export function captureTerminal(from: Partial<Pick<Terminal, 'cwd' | 'env'>> = {}): CapturedTerminal {
  let printed = ''
  let said = ''
  return {
    cwd: from.cwd ?? process.cwd(),
    env: from.env ?? {},
    print: (text) => void (printed += text),
    say: (message) => void (said += `${message}\n`),
    printed: () => printed,
    said: () => said,
  }
}
