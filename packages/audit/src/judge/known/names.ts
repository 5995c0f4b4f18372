const credentialName =
  /^(?:.*[-_]|.*(?=[A-Z]))?(?:token|secret|password|passcode|passphrase|signature|sig|hmac|api[-_]?key|authorization|jwt|otp|bearer|access[-_]?key|credentials?)$/i
const hostHeader =
  /^(?:host|origin|referer|referrer|user-agent|x-forwarded-.*|x-real-ip|forwarded|sec-fetch-.*|x-requested-with|via)$/i
const credentialHeader =
  /authorization|cookie|token|secret|signature|api-?key|password|hmac|bearer|credential|svix|webhook-|x-.*(?:auth|key|sign)/i
const environmentName =
  /^(?:NODE_ENV|CI|VERCEL|VERCEL_(?!.*(?:SECRET|TOKEN|KEY)).*|NETLIFY|RENDER|(?:NEXT_PUBLIC_)?(?:.*_)?(?:ENV|ENVIRONMENT|DEBUG|MODE|STAGE|DISABLED?|ENABLED?|SKIP|SELF_HOSTED|IS_.*)|(?:NEXT_PUBLIC_)?(?:IS|DISABLE|ENABLE|SKIP|ALLOW|USE|DEBUG|TEST)_.*|PLAYWRIGHT.*|VITEST|JEST.*|IS[A-Z].*|NEXT_PHASE|NEXT_RUNTIME)$/

/** Whether callers put credentials under this name, in a body, a query or a path. */
export const isCredentialName = (name: string): boolean => credentialName.test(name)

/** Whether callers put credentials in this header. */
export const isCredentialHeader = (name: string): boolean => credentialHeader.test(name)

/** Whether every client sets this header as it likes. */
export const isHostHeader = (name: string): boolean => hostHeader.test(name)

/** Whether a variable says where the program runs, rather than being a secret. */
export const isEnvironmentName = (name: string): boolean => environmentName.test(name)

const secretConstant =
  /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:SECRET|TOKEN|KEY|PASSWORD|SIGNATURE)$|^(?:SECRET|TOKEN|PASSWORD)_[A-Z0-9_]+$/

/** Whether a constant of another module is a secret, as in `env.WEBHOOK_TOKEN`. */
export const isSecretConstant = (name: string): boolean => secretConstant.test(name) && !name.startsWith('NEXT_PUBLIC_')
