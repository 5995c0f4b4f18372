import { CircleAlert, CircleCheck, MailCheck } from 'lucide-react'
import { Alert, AlertDescription } from '#ui/alert.tsx'

const notices = {
  'account-deleted': {
    variant: 'success',
    icon: CircleCheck,
    text: 'Your account is deleted, with everything that belonged to it.',
  },
  'email-changed': { variant: 'success', icon: MailCheck, text: 'Your e-mail address has changed.' },
  'email-half-confirmed': {
    variant: 'default',
    icon: MailCheck,
    text: 'One address is confirmed. Now open the link that was sent to the other one.',
  },
  'email-link-refused': {
    variant: 'destructive',
    icon: CircleAlert,
    text: 'This link has expired, was used already, or was opened in another browser. If your account does not show the new address, ask for another link.',
  },
} as const

/** What a visitor is told where they arrive. */
export type RedirectNoticeName = keyof typeof notices

/**
 * Tells a visitor who was sent here how it went with what they did before.
 *
 * @param props.name from the page's query; anything but an {@link RedirectNoticeName} shows nothing
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

function isRedirectNoticeName(name: unknown): name is RedirectNoticeName {
  return typeof name === 'string' && Object.hasOwn(notices, name)
}
