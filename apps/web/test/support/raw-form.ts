import { rawRequest } from './send-raw.ts'
import type { Stack } from './stack.ts'

/** Occurs in no other part of a request: undici takes it inside a value for the end of a part. */
const boundary = '----attack-boundary-7'

/** The header of a form that consists of `formPart`. */
export const formType = `Content-Type: multipart/form-data; boundary=${boundary}`

/** The end of a form. */
export const formEnd = `--${boundary}--\r\n`

/** Writes a field of a form. */
export function formPart(name: string, value: string, { attributes = '', lines = '' } = {}): string {
  const disposition = `Content-Disposition: form-data; name="${name}"${attributes}`
  return `--${boundary}\r\n${disposition}\r\n${lines}\r\n${value}\r\n`
}

/** Writes a request that sends a form; `headers` replace its type. */
export function postForm(path: string, body: string, headers: readonly string[] = []): string {
  const type = headers.some((line) => /^content-type:/i.test(line)) ? [] : [formType]
  return rawRequest(path, { method: 'POST', headers: [...type, ...headers], body: body + formEnd })
}

/** Reads the ids of the actions of the sign-in page. */
export async function readActionIds({ webUrl }: Pick<Stack, 'webUrl'>): Promise<string[]> {
  const page = await (await fetch(`${webUrl}/login`)).text()
  const ids = [...page.matchAll(/[&;"]([\da-f]{42})[&;"]/g)].map(([, id]) => id ?? '')
  if (ids.length === 0) throw new Error('The sign-in page has no action.')
  return [...new Set(ids)]
}
