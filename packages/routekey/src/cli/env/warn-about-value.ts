import type { LoadedVariable } from './load-env.ts'

/**
 * Says where the value that an application gets is not the one that its owner sees.
 *
 * @param namedFile the file that the person at the terminal named, which other programs than Next.js may read
 */
export function warnAboutValue(name: string, variable: LoadedVariable, namedFile?: string): readonly string[] {
  const { value, file, written, quote } = variable
  const warnings: string[] = []
  if (file !== null && value !== written) {
    warnings.push(
      `Next.js expands $ in ${file}, so the application gets another value for ${name} than the file shows. Write \\$ for each $, or use a secret without it.`,
    )
  } else if (written?.includes('$') === true) {
    warnings.push(`${name} has a $ in ${file}, which some programs expand. Use a secret without it.`)
  }
  if (namedFile !== undefined && quote !== '') {
    warnings.push(
      `Docker's --env-file keeps the quotes around ${name} in ${namedFile}. Remove them if Docker reads the file.`,
    )
  }
  if (/^(["'`]).*\1\s*$/s.test(value)) {
    warnings.push(
      `The value of ${name} has quotes around it, which are part of the secret. Docker's --env-file keeps quotes: remove them there.`,
    )
  }
  if (/[\r\n]$/.test(value)) {
    warnings.push(`The value of ${name} ends with a line break, as echo adds one. Use printf %s instead.`)
  }
  return warnings
}
