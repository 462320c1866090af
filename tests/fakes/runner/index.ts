export { runComposite, runSteps } from './composite.ts';
export { runJavaScriptAction } from './javascript.ts';
