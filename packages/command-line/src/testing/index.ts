export { type CapturedTerminal, captureTerminal } from './capture-terminal.ts'
export { envFileLines, envFileText } from './env-file-text.ts'
