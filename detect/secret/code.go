package secret

import "gatehouse.dev"

// codeProviders are code hosts, package registries and build services.
func codeProviders() []provider {
	return []provider{
		{
			name: "github-token", detail: "GitHub token", severity: gatehouse.Critical,
			anchors: []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, body: []part{exactly(alnum, 36)}, valid: crcSealed,
			find: []string{"ghp_" + "8R4mRUULhYjsJdajR1X1PV0D684mdf3gEkAX"},
			pass: []string{"ghp_" + "wuCD2VIFWO0ybW8xDe6rQgR4fLpULw1rnKnA", "ghp_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "github-token-unverified", detail: "GitHub token whose checksum does not hold", severity: gatehouse.Medium,
			anchors: []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}, body: []part{exactly(alnum, 36)}, valid: notSealed,
			find: []string{"ghp_" + "Od9p7r5ZeYFlMQ8X19VpxPcxB0dKeSwhV0kM", "gho_" + "iysyp0bGqFCN7suHsxrcCQQtq7gxLLylP64f"},
			pass: []string{"ghp_" + "gUUTliwfbTX6M8avFx02GMldzL99qHjzUGP", "ghp_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "github-fine-grained-token", detail: "GitHub fine-grained token", severity: gatehouse.Critical,
			anchors: []string{"github_pat_"}, body: []part{exactly(alnum, 22), lit("_"), exactly(alnum, 59)},
			find: []string{"github_pat_" + "6MdKnHjQ27uXz3SecBJDHq_w7PgqgKQaUF5FbK1zIxhI49RolcDpd8wJdhkVBh0s9ZsvA1NB6zhwcRewDW"},
			pass: []string{"github_pat_" + "BLXjYLkKBzW4F6JWIDiEmc_Y9duMio3qVRMp9PrFuHjQIPg8opFO998pmstBRhYLss1GIihMIAaFFlYh1", "github_pat_" + "xxxxxxxxxxxxxxxxxxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "gitlab-token", detail: "GitLab token", severity: gatehouse.Critical,
			anchors: []string{"glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "gloas-", "glffct-"}, body: []part{run(glab, 20, 300)},
			find: []string{"glpat-" + "_fGvnRb3fIgaZG0xYV7p", "gldt-" + "la77WsPUTwU_z_rI1QpT"},
			pass: []string{"glpat-" + "7bYfbvjjGE9ZKFC-Y0n", "glpat-" + "xxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "bitbucket-token", detail: "Bitbucket app password", severity: gatehouse.High,
			anchors: []string{"ATBB"}, body: []part{exactly(alnum, 32)},
			find: []string{"ATBB" + "HiT1ZL2eivltMUoU8CDVCOZ7t1lhlmZ8"},
			pass: []string{"ATBB" + "LmGxzJ1Ss2KiuUCMIbyNLaZqj3qCOUd", "ATBB" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "atlassian-token", detail: "Atlassian API token", severity: gatehouse.High,
			anchors: []string{"ATATT3xFfGF0", "ATCTT3xFfG"}, body: []part{atLeast(dotted, 160)},
			find: []string{"ATATT3xFfGF0" + "UI8UGFG49fpTANEx0eZe3l7UEiLmcBw9hYg80ko6To4Y6F8eZqbZkeFwCf-Pn-uoHmGIdR_tACM_tjB5_TCoTsMCqzmat-4yGpEp71xTK1gB_5mNjTLujk62h-o6ax3YWkJZHhl19ZKF05H5-n25xtRcKzAlZGQT", "ATCTT3xFfG" + "7j34iqAOlFsFbHhTQSbRBW1s0tLoFYORPow9llS8hwjKanlX4DLfNB8WR-dSn_9F6nYg2Te6pidE4qyWBKYA2XEcZvBfwyfFrCoMsF5ptEA-xt0NgjtjiE-16JtiLgLh_p7Sff_3nzbVWBenJFRNFfpu3BTkwrbc"},
			pass: []string{"ATATT3xFfGF0" + "pEHl8QHi6fv256iEky0FR_YrcbKeQizW_RP1Yzv5AqbnADiONYyz3D_787BrRhMI0Pk6Q8BodgdTvf03KQn_qedxHeBCqlJb-g8SZJr85XFy6ac55OROoszfBxWfUiBnlUZ5MxfkZvcknzhGMOKklSeUoKRb4mL", "ATATT3xFfGF0" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "npm-token", detail: "npm access token", severity: gatehouse.Critical,
			anchors: []string{"npm_"}, body: []part{exactly(alnum, 36)}, valid: crcSealed,
			find: []string{"npm_" + "BTWvMDUAdsczn9HplKzq7B8AUSdEHR3oaIAY"},
			pass: []string{"npm_" + "DGMGzLYbeh5YBhorsxhCmPOIn5MjL51t7ZuA", "npm_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "pypi-token", detail: "PyPI upload token", severity: gatehouse.Critical,
			anchors: []string{"pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw"}, body: []part{atLeast(urlsafe, 50)},
			find: []string{"pypi-AgEIcHlwaS5vcmc" + "Jk0hgKgw3C1KLoFl50Czv9XOaqBpgKOsKzPB4HH2SJGfDFjvVY", "pypi-AgENdGVzdC5weXBpLm9yZw" + "pcZuVWs3t_QWc4bXjnCG6BX_NtWNMeBzDYgT93O2VdX42StmlK"},
			pass: []string{"pypi-AgEIcHlwaS5vcmc" + "X9uMezq-FCrFph_wfwUA9fg1vVN3Gfa2qbkTRf1HnlXQBPsQ7", "pypi-AgEIcHlwaS5vcmc" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "rubygems-key", detail: "RubyGems API key", severity: gatehouse.Critical,
			anchors: []string{"rubygems_"}, body: []part{exactly(hex, 48)},
			find: []string{"rubygems_" + "041cc63edb4941ef74ee998c4ce9ece840d4795ecc090254"},
			pass: []string{"rubygems_" + "f5bb77deb12f87ca2ba5286c797f6c130613f4426179ce4", "rubygems_" + "000000000000000000000000000000000000000000000000"},
		},
		{
			name: "nuget-key", detail: "NuGet API key", severity: gatehouse.High,
			anchors: []string{"oy2"}, body: []part{exactly(lower, 43)},
			find: []string{"oy2" + "lojb99ljmrmxn4uzuy5hxi2rungp6zs8mm2bd7ql4dc"},
			pass: []string{"oy2" + "z1lspfk8b2e2h0mtl2937wpyptw1dj6qt5ft8khe5h", "oy2" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "docker-hub-token", detail: "Docker Hub access token", severity: gatehouse.High,
			anchors: []string{"dckr_pat_", "dckr_oat_"}, body: []part{run(urlsafe, 27, 32)},
			find: []string{"dckr_pat_" + "E4JH4LpWEXBs6RIGaGwOXeCMikG", "dckr_oat_" + "I7_NwrweSFlBdM7p18cDqXa20Vu"},
			pass: []string{"dckr_pat_" + "W4nxHv94TncW2-wwqcB57nAuL0", "dckr_pat_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "artifactory-key", detail: "JFrog Artifactory API key", severity: gatehouse.High,
			anchors: []string{"AKCp"}, body: []part{exactly(alnum, 69)},
			find: []string{"AKCp" + "iYh9nKR6hnsFAzKoH0mFjbQLa6VXkGY9HXiEDvLlgoIWAIEwqtPLNTjTvINVkf6Q3yo1A"},
			pass: []string{"AKCp" + "L7hvI3ZFJR7pBX2ufZ7mDpXd8fKJqB4abUVMjyQ8dVk40brUXKnVHWFuBDMa8b75Tfia", "AKCp" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "artifactory-reference-token", detail: "JFrog reference token", severity: gatehouse.High,
			anchors: []string{"cmVmdGtu"}, body: []part{exactly(alnum, 56)},
			find: []string{"cmVmdGtu" + "WWziXP469Vw9rJWJYS70Y3VwrnwxiFDMtoejWhpcfupyJAZjV7KVb2qZ"},
			pass: []string{"cmVmdGtu" + "SvS79j4ChQdFSN9wlLufob4TvuEXOvztAXrpiM3GqN9eN1HgbfGOWoI", "cmVmdGtu" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "packagist-token", detail: "Private Packagist token", severity: gatehouse.High,
			anchors: []string{"packagist_ort_", "packagist_out_", "packagist_uut_"}, body: []part{exactly(hex, 68)},
			find: []string{"packagist_ort_" + "e6654b0ba0df68e186ecc26a5ece9868e4ab00c099d78fd6d1b34b9f49d91c574896", "packagist_out_" + "6e91d6239f3e7864c5dc9212beae9f61200db4f10771dc572950f4ab548289854897"},
			pass: []string{"packagist_ort_" + "e5aea09987107efb13e075db20434a16ce8b70c60a1058f2edad848b8aad2c43e63", "packagist_ort_" + "00000000000000000000000000000000000000000000000000000000000000000000"},
		},
		{
			name: "clojars-token", detail: "Clojars deploy token", severity: gatehouse.High,
			anchors: []string{"CLOJARS_"}, body: []part{exactly(lower, 60)},
			find: []string{"CLOJARS_" + "w73mnkf5jkl395rhelh8pvdr25yht5gfimocwrbsqtoiokj5rxrp73fdx49x"},
			pass: []string{"CLOJARS_" + "vv19h5f7mqmhu8mbh2gzrq1k9uwqz1q47lfr4uhfet1gu1s4i759v8klf6b", "CLOJARS_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "sourcegraph-token", detail: "Sourcegraph access token", severity: gatehouse.High,
			anchors: []string{"sgp_"}, body: []part{exactly(anyHex, 16), lit("_"), exactly(anyHex, 40)},
			find: []string{"sgp_" + "2cafC3b9DBc171CE_9dA1E058eeE00A0a6D0f7D0E6e574CdeCcCc5FBe"},
			pass: []string{"sgp_" + "1f51b4bAf8ca6B31_A933aDf4DCDaCFF73CFAA4662ad4cc7815Fe5c6", "sgp_" + "0000000000000000_0000000000000000000000000000000000000000"},
		},
		{
			name: "sourcegraph-short-token", detail: "Sourcegraph access token", severity: gatehouse.High,
			anchors: []string{"sgp_", "sgp_local_"}, body: []part{exactly(anyHex, 40)},
			find: []string{"sgp_" + "2aDdE3A24f8Ff1cD1A77aCb9F4F0F469Dd71C490"},
			pass: []string{"sgp_" + "d4C93bA4aC5e90Fb68f36A62e9eCAB6f7e23aeC", "sgp_" + "0000000000000000000000000000000000000000"},
		},
		{
			name: "sonar-token", detail: "SonarQube token", severity: gatehouse.High,
			anchors: []string{"squ_", "sqp_", "sqa_"}, body: []part{exactly(hex, 40)},
			find: []string{"squ_" + "2c53c7efcb2308c01c4a62ee248f1f438fc42f02", "sqp_" + "716bae07fdfe78d51d13355cea9523301a7d8d6c"},
			pass: []string{"squ_" + "01f5b37e44104c32f717df65cb1abf9ba237ec0", "squ_" + "0000000000000000000000000000000000000000"},
		},
		{
			name: "circleci-token", detail: "CircleCI token", severity: gatehouse.High,
			anchors: []string{"CCIPAT_", "CCIPRJ_"}, body: []part{exactly(alnum, 22), lit("_"), exactly(hex, 40)},
			find: []string{"CCIPAT_" + "uPcIERaVG6Al47lOUGGEEk_bf166e1ce123acce04641584ac9a5a3b465facd9", "CCIPRJ_" + "wcgGyteYPxovvtXnoLm5AI_364d9c26da6a8c84298df7f6202de6b98a283f22"},
			pass: []string{"CCIPAT_" + "s5rt7RneqlrLpBbn9tLwOj_3c743cb7837a9025677a52aaf376c9661255898", "CCIPAT_" + "xxxxxxxxxxxxxxxxxxxxxx_0000000000000000000000000000000000000000"},
		},
		{
			name: "buildkite-token", detail: "Buildkite token", severity: gatehouse.High,
			anchors: []string{"bkua_"}, body: []part{exactly(lower, 40)},
			find: []string{"bkua_" + "tnmfia5ekzztbvqb1bi1plmx5ks38z3ayf4513k3"},
			pass: []string{"bkua_" + "49czi71zs3yxb3ga6l4i2nuqixib9oq5wh66uks", "bkua_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "postman-key", detail: "Postman API key", severity: gatehouse.High,
			anchors: []string{"PMAK-"}, body: []part{exactly(hex, 24), lit("-"), exactly(hex, 34)},
			find: []string{"PMAK-" + "07417a70957790b41f2bd073-5ccb9a54962dff5241fb9371b3edeb2089"},
			pass: []string{"PMAK-" + "8558a600db504d77a15b4d29-552626dc8e74a0d80e2c490c8eddeccdb", "PMAK-" + "000000000000000000000000-0000000000000000000000000000000000"},
		},
		{
			name: "octopus-key", detail: "Octopus Deploy API key", severity: gatehouse.High,
			anchors: []string{"API-"}, body: []part{exactly(upper, 26)},
			find: []string{"API-" + "D1M5V1LMQR1APXODMSSAAZ2SJE"},
			pass: []string{"API-" + "HKX7IIYALV4GEG9WGZ704SLS9", "API-" + "XXXXXXXXXXXXXXXXXXXXXXXXXX"},
		},
		{
			name: "prefect-key", detail: "Prefect API key", severity: gatehouse.High,
			anchors: []string{"pnu_"}, body: []part{exactly(lower, 36)},
			find: []string{"pnu_" + "cfchgisyvygfy7arllry0bfef3t9y5bt48y5"},
			pass: []string{"pnu_" + "dma2v307l84zeuez05f24sc2ph9nxj8wcqx", "pnu_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "deno-token", detail: "Deno Deploy token", severity: gatehouse.High,
			anchors: []string{"ddp_"}, body: []part{exactly(alnum, 36)},
			find: []string{"ddp_" + "0al9AavUd1vO010xsnhsgTTQx7m0QY018oZy"},
			pass: []string{"ddp_" + "nav1UKMZcIzagzM9xslKNYnYBH5KLB0trdh", "ddp_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "linear-key", detail: "Linear API key", severity: gatehouse.High,
			anchors: []string{"lin_api_"}, body: []part{exactly(alnum, 40)},
			find: []string{"lin_api_" + "msMT5dYz7YB3zC88QncqnccM9oSqiQEvm2WU4Wq0"},
			pass: []string{"lin_api_" + "28YEiugu7PPbBG2boMAV1osGflDkoZ9OZmxIqIt", "lin_api_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "figma-token", detail: "Figma access token", severity: gatehouse.High,
			anchors: []string{"figd_", "figo_", "figu_"}, body: []part{run(urlsafe, 36, 60)},
			find: []string{"figd_" + "I385Ofwuz9-1faXl8ot5VXkZ3K9VTOvu0Kef", "figo_" + "Zn63I4CD-s4h7UD8-F0m-4EqdQp5EpAmCyAk"},
			pass: []string{"figd_" + "G7YTDpQ1GTi_Yuc97U4ike3Dh0nwRcUDAFi", "figd_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "openshift-token", detail: "OpenShift user token", severity: gatehouse.High,
			anchors: []string{"sha256~"}, body: []part{exactly(urlsafe, 43)},
			find: []string{"sha256~" + "i0yvXp2HPNXmHw1tFGEqxH7E_vRvx7Euad_rWy0f-lc"},
			pass: []string{"sha256~" + "INFK6RB5YIPtWF7gE3FPCh1S5giV7T2IPjOKsh_t_Q", "sha256~" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
	}
}
