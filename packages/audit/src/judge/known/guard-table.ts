/** How a call of a library refuses strangers. */
export type GuardForm =
  /** The result tells: `if (!session) return`. */
  | 'result'
  /** It throws. */
  | 'throws'
  /** It wraps a handler. */
  | 'wraps'
  /** It says who the caller claims to be, and verifies nothing. */
  | 'claims'

/** A call that tells who the caller is. */
export interface KnownGuard {
  /** Of the package. */
  readonly packages: RegExp
  /** Of the path of the call, such as `createClient().auth.getUser`. */
  readonly call: RegExp
  readonly form: GuardForm
}

const guard = (packages: RegExp, call: RegExp, form: GuardForm = 'result'): KnownGuard => ({ packages, call, form })

/** Calls of libraries, the first that matches counts. */
export const knownGuards: readonly KnownGuard[] = [
  guard(/^next-auth|^@auth\//, /(?:^|\.)(?:getServerSession|unstable_getServerSession|getSession|getToken|auth)$/),
  guard(/^@clerk\//, /\bprotect$/, 'throws'),
  guard(/^@clerk\//, /(?:^|\.)(?:auth|currentUser|getAuth|authenticateRequest|getUser|verifyToken)$/),
  guard(/^@clerk\//, /(?:^|\.)(?:verifyWebhook)$/, 'throws'),
  guard(/^@clerk\//, /^(?:withAuth|requireAuth|withClerkMiddleware)$/, 'wraps'),
  guard(/supabase/, /\.auth\.(?:getUser|getClaims)$/),
  guard(/supabase/, /\.auth\.getSession$/, 'claims'),
  guard(/supabase/, /^with(?:Api|Page)Auth/, 'wraps'),
  guard(/supabase/, /\.auth\.(?:verifyOtp|signInWith\w+|exchangeCodeForSession)$/),
  guard(/^better-auth/, /\.api\.(?:getSession|verifyApiKey|signIn\w*|hasPermission)$/),
  guard(/^better-auth/, /^getSessionCookie|^getCookieCache/, 'claims'),
  guard(
    /^@workos-inc\//,
    /(?:^|\.)(?:withAuth|getUser|getSession|authkit|authenticate|loadSealedSession)(?:\(\))?(?:\.authenticate)?$/,
  ),
  guard(/^@workos-inc\//, /\.constructEvent$|\.verifyHeader$/, 'throws'),
  guard(
    /^@kinde-oss\//,
    /\.(?:getUser|isAuthenticated|getPermission|getPermissions|getOrganization|getClaim|getAccessToken|getIdToken)$/,
  ),
  guard(/^@kinde-oss\//, /^withAuth$/, 'wraps'),
  guard(/^@auth0\//, /(?:^|\.)(?:getSession|getAccessToken)$/),
  guard(/^@auth0\//, /(?:^|\.)with(?:Api|Page)AuthRequired$/, 'wraps'),
  guard(/^iron-session|^next-iron-session/, /(?:^|\.)(?:getIronSession|getServerActionIronSession|unsealData)$/),
  guard(/^@stackframe\/|^@hexclave/, /(?:^|\.)getUser$/),
  guard(/^@descope\//, /(?:^|\.)(?:session|validateSession|validateJwt)$/),
  guard(/^@logto\//, /(?:^|\.)(?:getLogtoContext|getAccessToken)$/),
  guard(/^@propelauth\//, /(?:^|\.)(?:getUser|getUserOrRedirect|validateAccessToken\w*)$/),
  guard(/^@privy-io\//, /(?:^|\.)verifyAuthToken$/),
  guard(/^@okta\//, /(?:^|\.)verifyAccessToken$/, 'throws'),
  guard(
    /^lucia|^@lucia-auth|^oslo/,
    /(?:^|\.)(?:validateSession\w*|validateRequest|validate|validateBearerToken|verify\w*)$/,
  ),
  guard(/^passport/, /(?:^|\.)(?:authenticate|session)$/),
  guard(/^firebase-admin/, /(?:^|\.)verify(?:IdToken|SessionCookie)$/, 'throws'),
  guard(/^next-firebase-auth/, /(?:^|\.)(?:getTokens|verifyIdToken|getFirebaseAuthTokens)$/),
  guard(/^@convex-dev\/auth/, /(?:^|\.)(?:isAuthenticatedNextjs|convexAuthNextjsToken|isAuthenticated|getAuthUserId)$/),
  guard(
    /^@?(?:jose|jsonwebtoken|jwt-simple|fast-jwt|@tsndr)/,
    /(?:^|\.)(?:jwtVerify|jwtDecrypt|compactVerify|generalVerify|flattenedVerify|compactDecrypt|verify)$/,
    'throws',
  ),
  guard(/^@hapi\/iron|^iron-webcrypto/, /(?:^|\.)unseal$/, 'throws'),
  guard(
    /^(?:bcrypt|bcryptjs|bcrypt-ts|argon2|@node-rs\/(?:argon2|bcrypt)|scrypt-kdf|secure-password)/,
    /(?:^|\.)(?:compare|compareSync|verify|verifySync)$/,
  ),
  guard(
    /^stripe$/,
    /\.(?:constructEvent|constructEventAsync|parseEventNotification|parseThinEvent|verifyHeader|verifyHeaderAsync)$/,
    'throws',
  ),
  guard(/^svix|^standardwebhooks|^resend/, /\.verify$/, 'throws'),
  guard(/^@upstash\/qstash/, /^verifySignature\w*$/, 'wraps'),
  guard(/^@upstash\/qstash/, /\.verify$/),
  guard(/^@octokit\/webhooks/, /(?:^|\.)(?:verify|verifyWithFallback)$/),
  guard(/^@octokit\/webhooks/, /(?:^|\.)(?:verifyAndReceive)$|^createNodeMiddleware/, 'throws'),
  guard(/^@slack\//, /(?:^|\.)(?:verifySlackRequest)$/, 'throws'),
  guard(/^@slack\//, /(?:^|\.)(?:isValidSlackRequest)$/),
  guard(/^(?:discord-interactions|discord-verify)/, /(?:^|\.)(?:verifyKey\w*|verify|isValidRequest)$/),
  guard(/^tweetnacl|^@noble\//, /(?:^|\.)(?:verify)$/),
  guard(/^@lemonsqueezy|^@paddle|^@polar-sh/, /(?:^|\.)(?:unmarshal|validateEvent|isSignatureValid)$/, 'throws'),
  guard(/^@polar-sh\/nextjs/, /^Webhooks$/, 'wraps'),
  guard(/^(?:node:)?crypto$/, /(?:^|\.)(?:timingSafeEqual|subtle\.verify|createVerify\(\)[\w.()]*\.verify|verify)$/),
  guard(/^(?:scmp|tsscmp|safe-compare|secure-compare|@node-rs\/.*|crypto-timing-safe-equal)$/, /.*/),
  guard(/^twilio/, /(?:^|\.)(?:validateRequest\w*|webhook|validateExpressRequest)$/),
  guard(
    /^@sanity\/webhook|^next-sanity\/webhook/,
    /(?:^|\.)(?:isValidSignature|isValidRequest|assertValidSignature|parseBody)$/,
  ),
  guard(/^@unkey\//, /(?:^|\.)(?:verifyKey|keys\.verify|verify|keys\.verifyKey)$/),
  guard(/^@unkey\/nextjs/, /^withUnkey$/, 'wraps'),
  guard(/^inngest/, /^serve$/, 'wraps'),
  guard(/^@trigger\.dev\/nextjs/, /^createAppRoute$|^createPagesRoute$/, 'wraps'),
  guard(/^appwrite|^node-appwrite/, /\.get$/),
  guard(/^payload$|^@payloadcms/, /\.auth$/),
  guard(/^google-auth-library|^googleapis/, /(?:^|\.)verifyIdToken$/, 'throws'),
  guard(/^@getbrevo|^mailgun/, /(?:^|\.)validate$/),
  guard(/^@simplewebauthn\/server/, /^verify\w+Response$/),
  guard(/^(?:otplib|speakeasy|otpauth|@epic-web\/totp)/, /(?:^|\.)(?:verify\w*|validate|check|totp\.verify)$/),
  guard(/^routekey/, /(?:^|\.)authenticate$/),
  guard(/^routekey/, /^(?:withKey|createProxyGuard|guardPaths)$/, 'wraps'),
  guard(/^routekey/, /(?:^|\.)(?:verify\w*)$/),
]
