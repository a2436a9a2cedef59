/** Whether a page should pass on what it hears: what uploading costs its visitor, as far as the browser tells. */

/** `auto`: not on metered or cellular connections, nor on a phone that does not tell what it is on. */
export type RelayChoice = 'auto' | 'on' | 'off'

/** What some browsers know; https://wicg.github.io/netinfo/ and https://wicg.github.io/ua-client-hints/ */
export interface NavigatorHints {
  readonly connection?: { readonly saveData?: boolean; readonly type?: string }
  readonly userAgentData?: { readonly mobile?: boolean }
  readonly userAgent?: string
}

export function mayRelay(
  choice: RelayChoice,
  { connection, userAgentData, userAgent }: NavigatorHints
): boolean {
  if (choice !== 'auto') return choice === 'on'
  if (connection?.saveData === true || connection?.type === 'cellular') return false
  const isPhone = userAgentData?.mobile ?? /Mobi|Android/.test(userAgent ?? '')
  return !isPhone || connection?.type === 'wifi' || connection?.type === 'ethernet'
}
