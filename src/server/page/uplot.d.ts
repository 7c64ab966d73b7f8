// server: the chart library as the page's scripts import it: the server serves the package's file under this name.

declare module '*/uplot.js' {
  export { default } from 'uplot';
}
