import { describe, expect, it } from 'vitest'
import { redactEmails } from './redact-emails.ts'

describe('redactEmails', () => {
  it.each([
    ['No user ada@example.com here', 'No user [e-mail] here'],
    ["It went to 'ada+x@example.co.uk'.", "It went to '[e-mail]'."],
    ['“ada.l+x@mail.example.org” and <b@c>', '[e-mail] and <[e-mail]>'],
    ['mailto:ada@example.com', 'mailto:[e-mail]'],
    ['Key (email)=(ada@example.com) exists', 'Key [e-mail] exists'],
    ['Invalid email address: ada@example.com', 'Invalid email address: [e-mail]'],
    ['Invalid email address: ada at example', 'Invalid email address: [e-mail]'],
    ['invalid e-mail: ada at\nexample', 'invalid e-mail: [e-mail]'],
  ])('redacts %j', (text, redacted) => {
    expect(redactEmails(text)).toBe(redacted)
  })

  it.each(['cus_QpZ1aB2c3D', 'What is it?', 'a=b', '@', 'ada@ example', ''])('leaves %j', (text) => {
    expect(redactEmails(text)).toBe(text)
  })

  it('takes time in proportion to the length of the text', () => {
    // With time in proportion to its square, this would take hours.
    const text = 'x'.repeat(5_000_000)
    expect(redactEmails(text)).toBe(text)
  })
})
