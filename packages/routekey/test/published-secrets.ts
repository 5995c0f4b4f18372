import { createHash } from 'node:crypto'

const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex')
const digests = [
  ...['md5', 'sha1', 'sha256', 'sha512'].map((algorithm) => digest(algorithm, '')),
  ...['md5', 'sha256'].flatMap((algorithm) => ['test', 'password', 'secret'].map((text) => digest(algorithm, text))),
]

const demoHeader = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'

/** Values of public templates, of documentation and of the test vectors of standards. */
export const publishedSecrets = [
  ...digests,
  createHash('sha256').digest('base64'),
  `${demoHeader}.eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6ImFub24iLCJleHAiOjE5ODM4MTI5OTZ9.CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0`,
  `${demoHeader}.eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6InNlcnZpY2Vfcm9sZSIsImV4cCI6MTk4MzgxMjk5Nn0.EGIM96RAZx35lJzdJsyH-qQwv8Hdp7fsn3W0YpN81IU`,
  `${demoHeader}.eyAgCiAgICAicm9sZSI6ICJhbm9uIiwKICAgICJpc3MiOiAic3VwYWJhc2UtZGVtbyIsCiAgICAiaWF0IjogMTY0MTc2OTIwMCwKICAgICJleHAiOiAxNzk5NTM1NjAwCn0.dc_X5iR_VP_qT0zsiyj_I_OZ2T9FtRU2BBNWN8Bu4GE`,
  `${demoHeader}.eyAgCiAgICAicm9sZSI6ICJzZXJ2aWNlX3JvbGUiLAogICAgImlzcyI6ICJzdXBhYmFzZS1kZW1vIiwKICAgICJpYXQiOiAxNjQxNzY5MjAwLAogICAgImV4cCI6IDE3OTk1MzU2MDAKfQ.DaYlNEoUrrEn2Ig7tqibS-PHK5vgusbcbo7X36XVt4Q`,
  `${demoHeader}.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`,
  'sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz',
  '850181e4652dd023b7a98c58ae0d2d34bd487ee0cc3254aed6eda37307425907',
  'UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq',
  'LlKq6ZtYbr+hTC073mAmAh9/h2HwMfsFo4hrfCx5mLg=',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
  '123e4567-e89b-12d3-a456-426614174000',
  // RFC 7515, appendix A.1; RFC 7520, section 3.5; RFC 4231, case 4; RFC 8439, section 2.5.2; FIPS 197 and SP 800-38A.
  'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg',
  '85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b',
  '000102030405060708090a0b0c0d0e0f',
  '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  '00112233445566778899aabbccddeeff',
  '2b7e151628aed2a6abf7158809cf4f3c',
  '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
]
