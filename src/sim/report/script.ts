/**
 * The script of the page: `page.ts` and what it imports as one text, licence notices included. Only the build can put it here
 * (`bundle/report-script.js`); without it a report says its figures, and draws nothing.
 */
export const pageScript = ''
