import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { renderMail, showMail } from './mail-page.ts'

async function makeDirectory(mails: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-mail-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(mails)) await writeFile(join(directory, name), text)
  return directory
}

it('shows the newest e-mail first, with a link that can be clicked', async () => {
  const directory = await makeDirectory({
    '2026-01-01-a.txt': 'To: a@example.com\nSubject: Older\n\nHello\n',
    '2026-01-02-a.txt': 'To: a@example.com\nSubject: Newer\n\nOpen http://localhost:3000/auth/confirm?a=1&b=2\n',
    'unfinished.txt.1': 'To: b@example.com\nSubject: Unfinished\n\n',
  })
  const response = await showMail(new Request('http://127.0.0.1:54321/mail'), directory)
  expect(response.headers.get('cache-control')).toBe('no-store')
  const html = await response.text()
  expect(html.indexOf('Newer')).toBeLessThan(html.indexOf('Older'))
  expect(html).toContain('<a href="http://localhost:3000/auth/confirm?a=1&amp;b=2">')
  expect(html).not.toContain('Unfinished')
})

it('says how to get the first e-mail', () => {
  expect(renderMail([])).toContain('No e-mails yet.')
})

it('shows markup in an e-mail as text', () => {
  const html = renderMail([
    'To: <b>@example.com\nSubject: <img src=x>\n\n<script>alert(1)</script> http://x/"onclick="y\n',
  ])
  for (const part of ['<b>', '<img', '<script', '"onclick']) expect(html).not.toContain(part)
})

it('answers to no other name of the machine, so that no web page can point its own name to it', async () => {
  const directory = await makeDirectory({ 'a.txt': 'To: a@example.com\nSubject: Secret\n\n' })
  const response = await showMail(new Request('http://attacker.example:54321/mail'), directory)
  expect([response.status, await response.text()]).toEqual([404, ''])
})
