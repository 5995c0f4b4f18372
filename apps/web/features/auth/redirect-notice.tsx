import { CircleAlert, CircleCheck, MailCheck } from 'lucide-react'
import { Alert, AlertDescription } from '#ui/alert.tsx'

const notices = {
  'account-deleted': {
    variant: 'success',
    icon: CircleCheck,
    text: 'Your account and its data were deleted.',
  },
  'signed-in-again': {
    variant: 'success',
    icon: CircleCheck,
    text: 'You signed in again. For the next 10 minutes, you can change your email address or delete your account.',
  },
  'email-changed': { variant: 'success', icon: MailCheck, text: 'Your email address was changed.' },
  'email-confirmed': { variant: 'success', icon: MailCheck, text: 'Your email address is confirmed. Sign in.' },
  'sign-up-link-refused': {
    variant: 'destructive',
    icon: CircleAlert,
    text: 'This link has expired or was already used. If you confirmed your address, sign in. If not, sign up again to get a new link.',
  },
  'signed-up-twice': {
    variant: 'destructive',
    icon: CircleAlert,
    text: 'Somebody signed up with your address in another browser first. We deleted that account. Sign up again to choose your own password.',
  },
  'email-half-confirmed': {
    variant: 'default',
    icon: MailCheck,
    text: 'One address is confirmed. Now open the link that we sent to the other one.',
  },
  'email-link-refused': {
    variant: 'destructive',
    icon: CircleAlert,
    text: 'This link has expired, was already used, or was opened in another browser. If your account still shows the old address, change it again to get a new link.',
  },
} as const

/** The notices, by the name in the query of the page. */
export type RedirectNoticeName = keyof typeof notices

/**
 * Shows a visitor who was redirected here the result of their action.
 *
 * @param props.name from the query of the page; shows nothing unless it is a {@link RedirectNoticeName}
 */
export function RedirectNotice({ name }: { name: unknown }) {
  if (!isRedirectNoticeName(name)) return null
  const { variant, icon: Icon, text } = notices[name]
  return (
    <Alert variant={variant} role="alert">
      <Icon aria-hidden />
      <AlertDescription className="text-foreground">{text}</AlertDescription>
    </Alert>
  )
}

/** Whether the query of a page names a notice. */
export function isRedirectNoticeName(name: unknown): name is RedirectNoticeName {
  return typeof name === 'string' && Object.hasOwn(notices, name)
}
