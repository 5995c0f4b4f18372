import { withKey } from 'routekey/next'

import { createKey, keyring, readUsage } from '../../../../usage.js'

export const POST = async () => Response.json(await createKey())
export const GET = withKey(keyring.verifier(), () => Response.json({ in: true }))
export const PUT = async () => Response.json(await readUsage())
