import { withKey } from 'routekey/next'

import { webhook } from '../../../../verifiers.js'
import { handle } from '../handle.js'

const route = withKey(webhook(), handle)
export { route as DELETE, route as GET, route as HEAD, route as OPTIONS, route as PATCH, route as POST, route as PUT }
