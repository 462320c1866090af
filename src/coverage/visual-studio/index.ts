import { xmlRoot } from '../../lib/xml-root.ts';
import type { CoverageFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { VisualStudioReport } from './parse.ts';

/** What a `.coverage` file becomes as XML, https://learn.microsoft.com/dotnet/core/additional-tools/dotnet-coverage. */
export const visualStudio: CoverageFormat = {
  format: 'visual-studio',
  title: 'Visual Studio coverage XML (dotnet-coverage --output-format xml, Microsoft.Testing.Platform, CodeCoverage.exe analyze)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return root?.name === 'results' && /^[^>]*>\s*<modules[\s/>]/.test(root.rest);
  },
  parse: async (text, emit) => readXmlReport(text, emit, new VisualStudioReport(emit)),
};
