import { expect, it } from 'vitest'
import { parseMultipart } from './parse-multipart.ts'

const boundary = '----boundary7'
const type = `multipart/form-data; boundary=${boundary}`
const part = (head: string, value: string) => `--${boundary}\r\n${head}\r\n\r\n${value}\r\n`
const named = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value)
const end = `--${boundary}--\r\n`
const parse = (body: string, contentType = type) => parseMultipart(contentType, Buffer.from(body))

it('parses what browsers send, in its order', () => {
  expect(parse(named('a', 'x') + named('b', 'é\r\n--') + named('a', '') + end)).toEqual([
    ['a', 'x'],
    ['b', 'é\r\n--'],
    ['a', ''],
  ])
  expect(parse(end)).toEqual([])
  expect(parse(named('$ACTION_1:0', '{}') + end.trimEnd())).toEqual([['$ACTION_1:0', '{}']])
})

it('parses what fetch sends', async () => {
  const form = new FormData()
  form.append('_1_email', 'é@example.com')
  const request = new Request('http://localhost', { method: 'POST', body: form })
  const body = Buffer.from(await request.clone().arrayBuffer())
  expect(parseMultipart(request.headers.get('content-type') ?? '', body)).toEqual([['_1_email', 'é@example.com']])
})

it.each([
  'Multipart/Form-Data; boundary=----boundary7',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary="----boundary7"',
  'multipart/form-data; Boundary=----boundary7',
  'multipart/form-data; charset=utf-8; boundary=----boundary7',
  'multipart/form-data; boundary=----boundary7; charset=utf-8',
  'multipart/form-data; boundary=----boundary7, multipart/form-data',
  'multipart/form-data, multipart/form-data; boundary=----boundary7',
  'multipart/form-datax; boundary=----boundary7',
])('refuses the type %s', (contentType) => {
  expect(parse(named('a', 'b') + end, contentType)).toBeNull()
})

const disposition = 'Content-Disposition: form-data; name="a"'

it.each([
  ['a file', part(`${disposition}; filename="b"`, 'c') + end],
  ['a file without a name', part(`${disposition}; filename=""`, 'c') + end],
  ['a file in another spelling', part(`${disposition}; filename*=UTF-8''b`, 'c') + end],
  ['a part with a type', part(`${disposition}\r\nContent-Type: application/octet-stream`, 'c') + end],
  ['a part with an encoding', part(`${disposition}\r\nContent-Transfer-Encoding: base64`, 'YQ==') + end],
  ['a type before the name', part(`Content-Type: text/plain\r\n${disposition}`, 'c') + end],
  ['two names', part(`${disposition}; name="b"`, 'c') + end],
  ['a name without quotes', part('Content-Disposition: form-data; name=a', 'c') + end],
  ['a part without a name', part('Content-Disposition: form-data', 'c') + end],
  ['an empty name', named('', 'c') + end],
  ['a quote in a name', named(String.raw`a\"b`, 'c') + end],
  ['a long name', named('a'.repeat(101), 'c') + end],
  ['another disposition', part('Content-Disposition: attachment; name="a"', 'c') + end],
  ['the boundary in a value', named('a', boundary) + end],
  ['the boundary in a line of a value', named('a', `b\n--${boundary}`) + end],
  ['lines that end with LF', named('a', 'b').replaceAll('\r\n', '\n') + end],
  ['text before the first part', `a\r\n${named('a', 'b')}${end}`],
  ['a line before the first part', `\r\n${named('a', 'b')}${end}`],
  ['text after the end', `${named('a', 'b')}${end}a`],
  ['parts after the end', named('a', 'b') + end + named('c', 'd') + end],
  ['no end', named('a', 'b')],
  ['a part that is cut', named('a', 'b').slice(0, -10)],
  ['spaces after the boundary', named('a', 'b').replace(boundary, `${boundary} `) + end],
  ['nothing', ''],
])('refuses %s', (_, body) => {
  expect(parse(body)).toBeNull()
})
