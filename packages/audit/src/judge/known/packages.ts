// Packages that only compute, so that what goes in comes out: no check, no effect.
const pure =
  /^(?:environment|(?:node:)?crypto|bcrypt.*|@node-rs\/.*|argon2|jose|jsonwebtoken|@noble\/.*|zod(?:\/.*)?|yup|valibot|joi|superstruct|@hookform\/.*|@sinclair\/typebox|ajv|arktype|effect\/Schema|lodash.*|ramda|remeda|radash|date-fns.*|dayjs|luxon|moment|ms|query-string|qs|url-join|nanoid|uuid|cuid|@paralleldrive\/cuid2|ulid|clsx|classnames|superjson|slugify|@sindresorhus\/.*|camelcase.*|he|entities|deepmerge|fast-deep-equal|hash\.js|object-hash|ohash|jsdom|cheerio|linkedom|turndown|raw-body|micro|co-body|body-parser|formidable|busboy|cookie|cookies|js-cookie|nookies|set-cookie-parser|buffer|node:buffer|node:util|util|node:path|path|node:url|url|node:querystring|querystring|node:stream.*|stream|node:zlib|zlib|react|react-dom.*|sharp|marked|gray-matter|negotiator|@formatjs\/.*|server-only|client-only|next\/og|@vercel\/og|next-intl.*|crypto-js.*|node:os|os|ua-parser-js|validator|email-validator|chalk|pino.*|winston|consola|debug|next-axiom|@axiomhq\/.*|@sentry\/.*|posthog-node|@vercel\/(?:analytics|functions|edge|flags).*|@opentelemetry\/.*|@logtail\/.*|mixpanel|@clickhouse\/.*|@chronark\/zod-bird|(?:node:)?(?:https?|net|tls|dns|events|timers|timers\/promises|async_hooks|perf_hooks|worker_threads)|https?-proxy-agent|@amplitude\/.*|@segment\/.*|http-status-codes|http-errors|@trpc\/server\/http|cors|nextjs-cors|helmet|p-(?:limit|map|retry|queue)|throat|@upstash\/ratelimit|rate-limiter-flexible|express-rate-limit|lru-cache|@t3-oss\/.*|envalid|znv|isomorphic-dompurify|sanitize-html|xss|jwt-decode|jose\/decode)$/

// Routers of their own: each of their procedures decides who may call it.
const router =
  /^(?:@trpc\/.*|graphql-yoga|@apollo\/.*|@as-integrations\/.*|hono.*|elysia|@elysiajs\/.*|@ts-rest\/.*|@orpc\/.*|express|fastify|koa|@nestjs\/.*|@hono\/.*|payload|@payloadcms\/.*|next-sanity.*|@makeswift\/.*|@keystone-6\/.*|@keystatic\/.*|@novu\/.*|@copilotkit\/.*|@liveblocks\/.*|sst|@effect\/platform.*|@react-email\/.*|@vercel\/mcp-adapter|mcp-handler|@prisma\/nextjs.*|remult.*|@zenstackhq\/.*|stackbit|tinacms.*|@tinacms\/.*|next-rest-framework|next-zodios|@zodios\/.*|fumadocs-core.*|next-swagger-doc|@builder\.io\/.*|@storyblok\/.*|next-s3-upload.*|@vercel\/flags.*|flags.*)$/

const authentication =
  /^(?:next-auth.*|@auth\/.*|better-auth.*|@clerk\/.*|@kinde-oss\/.*|@workos-inc\/.*|@auth0\/.*|supertokens.*|@stackframe\/.*|@logto\/.*|@descope\/.*|@propelauth\/.*|@convex-dev\/auth.*|@saas-ui\/auth.*|passport.*|grant|@okta\/.*|oidc-provider)$/

const model =
  /^(?:openai|ai|@ai-sdk\/.*|@anthropic-ai\/.*|replicate|@fal-ai\/.*|@google\/(?:generative-ai|genai)|@google-cloud\/(?:vertexai|aiplatform|speech|vision|translate|text-to-speech).*|groq-sdk|cohere-ai|@mistralai\/.*|together-ai|langchain.*|@langchain\/.*|llamaindex|@huggingface\/.*|elevenlabs.*|@deepgram\/.*|assemblyai|openai-edge|@aws-sdk\/client-bedrock.*|@azure\/openai|eventsource-parser|@e2b\/.*|@dqbd\/.*|chatgpt|gpt3-tokenizer|firecrawl|@mendable\/.*|tavily|exa-js|serpapi|@modelcontextprotocol\/.*|autoevals|voyageai|@pinecone-database\/.*)$/

const mail =
  /^(?:resend|nodemailer.*|@sendgrid\/.*|postmark|mailgun.*|@mailchimp\/.*|@aws-sdk\/client-ses.*|@aws-sdk\/client-sns|twilio|plunk.*|@plunk\/.*|loops|mailersend|node-mailjet|@getbrevo\/.*|sib-api-v3-sdk|@slack\/.*|telegraf|node-telegram-bot-api|discord\.js|@knocklabs\/.*|onesignal.*|web-push|expo-server-sdk|pusher|ably|@novu\/node|@vonage\/.*)$/

/** Whether a package only computes. */
export const isPurePackage = (name: string): boolean => pure.test(name)

/** Whether a package decides itself who may call what. */
export const isRouterPackage = (name: string): boolean => router.test(name)

/** Whether a package is an authentication library, whose own routes are open by design. */
export const isAuthenticationPackage = (name: string): boolean => authentication.test(name)

/** Whether calls of a package cost money by use. */
export const isModelPackage = (name: string): boolean => model.test(name)

/** Whether a package sends messages. */
export const isMailPackage = (name: string): boolean => mail.test(name)
