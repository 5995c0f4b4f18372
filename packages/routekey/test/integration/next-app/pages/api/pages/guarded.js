import { withKey } from 'routekey/next-pages'

import { handle } from '../../../pages-handle.js'
import { guarded } from '../../../verifiers.js'

export const config = { api: { bodyParser: false } }
export default withKey(guarded, handle)
