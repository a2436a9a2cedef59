/** simple-peer's log, which nobody reads in a browser: nothing instead of `debug`, so that no global of the page switches it on. */

const silent = () => undefined

export default () => silent
