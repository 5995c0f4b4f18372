import { runs } from '../../../runs.js'

export const dynamic = 'force-dynamic'
export const GET = () => new Response(String(runs.proxied))
