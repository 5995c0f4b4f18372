/** The fields of a form, in their order. */
export type FormFields = readonly (readonly [name: string, value: string])[]

/**
 * Parses a body of `multipart/form-data` without files, in the one spelling that browsers use for text (RFC 7578). Every other spelling
 * is refused: the framework parses the body again, a form with one parser and a call with another, and only about this spelling do all
 * of them agree. They compare the type with its case, take a type or an encoding of a part into account or not, cut long names, and find
 * the boundary inside a part.
 *
 * @returns null for another type or another spelling
 */
export function parseMultipart(contentType: string, body: Buffer): FormFields | null {
  const [, boundary] = /^multipart\/form-data; ?boundary=([\w-]{1,70})$/.exec(contentType) ?? []
  if (boundary === undefined) return null
  const [start, ...parts] = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`)
  const end = parts.pop()
  if (start !== '' || (end !== '--' && end !== '--\r\n')) return null
  const fields: (readonly [string, string])[] = []
  for (const part of parts) {
    const [head, name] = /^\r\n[Cc]ontent-[Dd]isposition: form-data; name="([\w$:]{1,100})"\r\n\r\n/.exec(part) ?? []
    if (head === undefined || name === undefined || part.includes(boundary)) return null
    fields.push([name, Buffer.from(part.slice(head.length), 'latin1').toString('utf8')])
  }
  return fields
}
